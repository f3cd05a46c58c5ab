# SPDX-License-Identifier: BSL-1.0
# cmake -DREADME=README.md -DEXAMPLES=examples -P cmake/CheckReadme.cmake
# What the README shows is what the tests run:
#   <!-- example: NAME -->  the fenced block after it equals the region between
#                           "// [readme:begin NAME]" and "// [readme:end NAME]" of an example
#   <!-- output: FILE -->   the fenced block after it equals examples/FILE
cmake_minimum_required(VERSION 3.25)

# between(<result> <text> <begin> <end>): what stands between two marks, or nothing found: NOTFOUND.
function(between result text begin end)
  set(${result} NOTFOUND PARENT_SCOPE)
  string(FIND "${text}" "${begin}" at)
  if(at EQUAL -1)
    return()
  endif()
  string(LENGTH "${begin}" length)
  math(EXPR at "${at} + ${length}")
  string(SUBSTRING "${text}" ${at} -1 text)
  string(FIND "${text}" "${end}" at)
  if(NOT at EQUAL -1)
    string(SUBSTRING "${text}" 0 ${at} text)
    set(${result} "${text}" PARENT_SCOPE)
  endif()
endfunction()

# A region may stand inside main: take the first line's indentation off every line.
function(dedent result text)
  set(indentation)
  if(text MATCHES "^( +)")
    set(indentation "${CMAKE_MATCH_1}")
  endif()
  string(REPLACE "\n${indentation}" "\n" text "\n${text}")
  string(SUBSTRING "${text}" 1 -1 text)
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

function(find_region result name)
  set(${result} NOTFOUND PARENT_SCOPE)
  file(GLOB_RECURSE sources ${EXAMPLES}/*.cpp)
  foreach(source IN LISTS sources)
    file(READ ${source} text)
    between(region "${text}" "// [readme:begin ${name}]\n" "// [readme:end ${name}]")
    if(NOT region STREQUAL "NOTFOUND")
      string(REGEX REPLACE " +$" "" region "${region}")  # what stands before the end mark
      dedent(region "${region}")
      set(${result} "${region}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

file(READ ${README} rest)
while(rest MATCHES "<!-- (example|output): ([^ ]+) -->")
  set(kind ${CMAKE_MATCH_1})
  set(name ${CMAKE_MATCH_2})
  string(FIND "${rest}" "${CMAKE_MATCH_0}" at)
  string(LENGTH "${CMAKE_MATCH_0}" length)
  math(EXPR at "${at} + ${length}")
  string(SUBSTRING "${rest}" ${at} -1 rest)

  # "\n```cpp\n" ... "```": the fence must follow its mark at once.
  set(shown NOTFOUND)
  if(rest MATCHES "^\n+```[a-z+]*\n")
    between(shown "${rest}" "${CMAKE_MATCH_0}" "```")
  endif()

  set(truth NOTFOUND)
  if(kind STREQUAL "example")
    find_region(truth ${name})
  elseif(EXISTS ${EXAMPLES}/${name})
    file(READ ${EXAMPLES}/${name} truth)
  endif()

  if(shown STREQUAL "NOTFOUND")
    message(SEND_ERROR "${README}: no fenced block follows <!-- ${kind}: ${name} -->")
  elseif(truth STREQUAL "NOTFOUND")
    message(SEND_ERROR "${README}: ${EXAMPLES} has no ${kind} ${name}")
  elseif(NOT "x${shown}" STREQUAL "x${truth}")
    message(SEND_ERROR "${README} shows another ${kind} ${name} than ${EXAMPLES} has.\n"
      "It shows:\n${shown}\nIt should show:\n${truth}")
  endif()
endwhile()
