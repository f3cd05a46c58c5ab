# SPDX-License-Identifier: BSL-1.0
# cmake -DOUTPUT=assets.cpp [-Dstyle=page.css] [-Dscript=page.js] [-Dmodule_of_sliders=x.wasm.gz]
#   -P embed.cmake
# Files as bytes of a program; those that are not given are empty.
cmake_minimum_required(VERSION 3.25)
set(text "// Made by embed.cmake.\n#include \"assets.hpp\"\n\nnamespace planner::page {\n")
foreach(name style script module_of_sliders)
  set(bytes)
  if(${name})
    file(READ ${${name}} hex HEX)
    string(REPEAT "[0-9a-f]" 64 line)
    string(REGEX REPLACE "(${line})" "\\1;" lines "${hex}")
    list(TRANSFORM lines REPLACE "(..)" "\\\\x\\1")
    list(TRANSFORM lines REPLACE "(.+)" "    \"\\1\"\n")
    list(JOIN lines "" bytes)
    file(SIZE ${${name}} size)
  else()
    set(bytes "    \"\"\n")
    set(size 0)
  endif()
  string(APPEND text "const std::string_view ${name}{\n${bytes}    , ${size}};\n")
endforeach()
string(APPEND text "}  // namespace planner::page\n")
file(WRITE ${OUTPUT} "${text}")
