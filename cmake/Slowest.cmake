# SPDX-License-Identifier: BSL-1.0
# cmake -DLOG=build/gcc/.ninja_log -P cmake/Slowest.cmake
# Prints the ten translation units that took longest to compile, in seconds of the clock.
cmake_minimum_required(VERSION 3.25)

# A line of the log: start and end in ms, a time stamp, the output, a hash; with tabs between. An
# object that was built more than once has as many lines, the latest last.
file(STRINGS ${LOG} lines REGEX "[.]o(bj)?\t[^\t]+$")
list(REVERSE lines)
set(seen)
set(units)
foreach(line IN LISTS lines)
  string(REPLACE "\t" ";" fields "${line}")
  list(GET fields 0 start)
  list(GET fields 1 end)
  list(GET fields 3 object)
  if(NOT object IN_LIST seen)
    list(APPEND seen ${object})
    math(EXPR tenths "(${end} - ${start} + 50) / 100")
    list(APPEND units "${tenths} ${object}")
  endif()
endforeach()

list(LENGTH units count)
list(SORT units COMPARE NATURAL ORDER DESCENDING)
list(SUBLIST units 0 10 units)
message("The slowest of ${count} translation units, in seconds:")
foreach(unit IN LISTS units)
  string(REGEX MATCH "^([0-9]+) (.*)[.]o(bj)?$" unit "${unit}")
  set(object ${CMAKE_MATCH_2})
  math(EXPR whole "${CMAKE_MATCH_1} / 10")
  math(EXPR tenth "${CMAKE_MATCH_1} % 10")
  # Files that are compiled together have no name but their program's.
  string(REGEX REPLACE "CMakeFiles/([^/]+)[.]dir/Unity/unity_([0-9]+)_cxx[.]cxx" "\\1, part \\2"
    object "${object}")
  string(REGEX REPLACE "CMakeFiles/[^/]+[.]dir/" "" object "${object}")
  string(LENGTH "${whole}" width)
  math(EXPR pad "5 - ${width}")
  string(REPEAT " " ${pad} pad)
  message("${pad}${whole}.${tenth}  ${object}")
endforeach()
