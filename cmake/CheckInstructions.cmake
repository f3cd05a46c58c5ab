# SPDX-License-Identifier: BSL-1.0
# cmake -DPROGRAM=bench_instructions -DFIGURES=bench/instructions.txt -DBINARY=folder
#       [-DVALGRIND=valgrind] [-DWRITE=ON] -P CheckInstructions.cmake
# Counts the instructions of every use that the program dumps under callgrind, prints them, and fails
# where one takes over 2 % more than its line in the file says. Counts do not vary from run to run;
# they do with the compiler, so the file names the one that it is for. WRITE writes the file anew.
cmake_minimum_required(VERSION 3.25)
if(NOT VALGRIND)
  set(VALGRIND valgrind)
endif()

file(REMOVE_RECURSE ${BINARY})
file(MAKE_DIRECTORY ${BINARY})
execute_process(
  COMMAND ${VALGRIND} --tool=callgrind --callgrind-out-file=${BINARY}/counted ${PROGRAM}
  RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} under ${VALGRIND} failed (${status}):\n${said}")
endif()

# A dump is counted.<number>: "desc: Trigger: Client Request: <use>" and "summary: <instructions>".
file(GLOB dumps ${BINARY}/counted.*)
list(SORT dumps COMPARE NATURAL)
set(uses)
foreach(dump IN LISTS dumps)
  file(STRINGS ${dump} named REGEX "^desc: Trigger: Client Request: " LIMIT_COUNT 1)
  file(STRINGS ${dump} summed REGEX "^summary: " LIMIT_COUNT 1)
  if(NOT named MATCHES "Client Request: (.+)$")
    continue()
  endif()
  set(use "${CMAKE_MATCH_1}")
  string(REGEX REPLACE "^summary: " "" taken_${use} "${summed}")
  list(APPEND uses "${use}")
endforeach()
if(NOT uses)
  message(FATAL_ERROR "${PROGRAM} dumped no counts")
endif()

if(WRITE)
  set(lines)
  foreach(use IN LISTS uses)
    string(APPEND lines "${use}: ${taken_${use}}\n")
  endforeach()
  file(STRINGS ${FIGURES} comments REGEX "^#")
  string(JOIN "\n" comments ${comments})
  file(WRITE ${FIGURES} "${comments}\n${lines}")
  return()
endif()

file(STRINGS ${FIGURES} lines REGEX "^[^#]")
set(faults)
foreach(line IN LISTS lines)
  if(NOT line MATCHES "^(.+): ([0-9]+)$")
    message(FATAL_ERROR "${FIGURES}: not a use and its instructions: ${line}")
  endif()
  set(use "${CMAKE_MATCH_1}")
  set(allowed ${CMAKE_MATCH_2})
  if(NOT DEFINED taken_${use})
    string(APPEND faults "${use}: ${PROGRAM} does not have it\n")
    continue()
  endif()
  message("${use}: ${taken_${use}} (${allowed})")
  math(EXPR most "${allowed} + ${allowed} / 50")
  if(taken_${use} GREATER most)
    string(APPEND faults "${use} takes ${taken_${use}} instructions, over 2 % more than ${allowed}\n")
  endif()
  list(REMOVE_ITEM uses "${use}")
endforeach()
foreach(use IN LISTS uses)
  string(APPEND faults "${use}: not in ${FIGURES}\n")
endforeach()
if(faults)
  message(FATAL_ERROR "${faults}If that is what the change is worth, review and write them anew:\n"
    "  cmake -DPROGRAM=${PROGRAM} -DFIGURES=${FIGURES} -DBINARY=${BINARY} -DWRITE=ON "
    "-P cmake/CheckInstructions.cmake")
endif()
