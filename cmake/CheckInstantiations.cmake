# SPDX-License-Identifier: BSL-1.0
# cmake -DCOMPILER=clang++ -DCASES=bench/compile/cases -DINCLUDE=include
#       -DFIGURES=bench/compile/instantiations.txt -DBINARY=folder [-DWRITE=ON]
#       -P CheckInstantiations.cmake
# Counts the classes and functions that the compiler makes of templates for every case, prints them,
# and fails where it makes over 2 % more than the case's line in the file says. Counts do not vary
# from run to run, as seconds do; they do with the compiler and its library, so the file names both.
# WRITE writes the file anew.
cmake_minimum_required(VERSION 3.25)
file(MAKE_DIRECTORY ${BINARY})
file(GLOB cases ${CASES}/*.cpp)
if(NOT cases)
  message(FATAL_ERROR "no case in ${CASES}")
endif()

set(uses)
foreach(case IN LISTS cases)
  cmake_path(GET case STEM use)
  execute_process(
    COMMAND ${COMPILER} -std=c++20 -I${INCLUDE} -O0 -c -ftime-trace -ftime-trace-granularity=0
      ${case} -o ${BINARY}/${use}.o
    RESULT_VARIABLE status ERROR_VARIABLE said)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${case} does not compile:\n${said}")
  endif()
  file(READ ${BINARY}/${use}.json trace)
  string(REGEX MATCHALL "\"Instantiate(Class|Function)\"" made "${trace}")
  list(LENGTH made taken_${use})
  list(APPEND uses ${use})
endforeach()

if(WRITE)
  file(STRINGS ${FIGURES} comments REGEX "^#")
  string(JOIN "\n" text ${comments})
  foreach(use IN LISTS uses)
    string(APPEND text "\n${use}: ${taken_${use}}")
  endforeach()
  file(WRITE ${FIGURES} "${text}\n")
  return()
endif()

file(STRINGS ${FIGURES} lines REGEX "^[^#]")
set(faults)
foreach(line IN LISTS lines)
  if(NOT line MATCHES "^(.+): ([0-9]+)$")
    message(FATAL_ERROR "${FIGURES}: not a case and its instantiations: ${line}")
  endif()
  set(use "${CMAKE_MATCH_1}")
  set(allowed ${CMAKE_MATCH_2})
  if(NOT DEFINED taken_${use})
    string(APPEND faults "${use}: no such case in ${CASES}\n")
    continue()
  endif()
  message("${use}: ${taken_${use}} (${allowed})")
  math(EXPR most "${allowed} + ${allowed} / 50")
  if(taken_${use} GREATER most)
    string(APPEND faults "${use} makes ${taken_${use}} of templates, over 2 % more than ${allowed}\n")
  endif()
  list(REMOVE_ITEM uses ${use})
endforeach()
foreach(use IN LISTS uses)
  string(APPEND faults "${use}: not in ${FIGURES}\n")
endforeach()
if(faults)
  message(FATAL_ERROR "${faults}If that is what the change is worth, review and write them anew:\n"
    "  cmake -DCOMPILER=${COMPILER} -DCASES=${CASES} -DINCLUDE=${INCLUDE} -DFIGURES=${FIGURES} "
    "-DBINARY=${BINARY} -DWRITE=ON -P cmake/CheckInstantiations.cmake")
endif()
