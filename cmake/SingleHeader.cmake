# SPDX-License-Identifier: BSL-1.0
# cmake [-DOUTPUT=shardline.hpp] -P cmake/SingleHeader.cmake
#
# Writes the library as one header: the umbrella, search, the catalog, every engine and the texts of
# io/text, each behind what it includes. Without Eigen and nlohmann_json, as are those.
cmake_minimum_required(VERSION 3.25)

cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH root)
set(include ${root}/include)
if(NOT OUTPUT)
  set(OUTPUT shardline.hpp)
endif()
cmake_path(ABSOLUTE_PATH OUTPUT)

set(entries shardline/shardline.hpp shardline/plan/fewest.hpp shardline/plan/search.hpp)
foreach(folder catalog engines io/text)
  file(GLOB found RELATIVE ${include} ${include}/shardline/${folder}/*.hpp)
  list(APPEND entries ${found})
endforeach()
list(APPEND entries shardline/io/text.hpp shardline/io/dot.hpp shardline/io/rank_map.hpp)

set(written)
# append(<header>): what it includes of ours, then its text without those lines.
macro(append header)
  if(NOT "${header}" IN_LIST written)
    list(APPEND written ${header})
    file(READ ${include}/${header} text_${header})
    string(REGEX MATCHALL "#include \"shardline/[^\"]*\"" lines_${header} "${text_${header}}")
    list(TRANSFORM lines_${header} REPLACE "#include \"([^\"]*)\"" "\\1")
    foreach(one IN LISTS lines_${header})
      append(${one})
    endforeach()
    string(REGEX REPLACE "#include \"shardline/[^\n]*\n" "" text_${header} "${text_${header}}")
    string(REPLACE "#pragma once\n" "" text_${header} "${text_${header}}")
    string(REPLACE "${licence}" "" text_${header} "${text_${header}}")
    file(APPEND ${OUTPUT} "\n// ${header}\n${text_${header}}")
  endif()
endmacro()

set(licence "// SPDX-License-Identifier: BSL-1.0\n")
file(WRITE ${OUTPUT} "${licence}// shardline in one header, by cmake/SingleHeader.cmake.\n#pragma once\n")
foreach(entry IN LISTS entries)
  append(${entry})
endforeach()
list(LENGTH written number)
message(STATUS "${OUTPUT}: ${number} headers")
