# SPDX-License-Identifier: BSL-1.0
# cmake -DSOURCE=<folder> -DBINARY=<folder> -DOPTIONS=<-D...;...> -DRUN=<program;args> -P stranger.cmake
# Configures, builds and runs a project from nothing. (ctest --build-and-test would take --help, or
# any option it knows, out of the program's arguments and answer it itself.)
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${BINARY})
foreach(command
    "${CMAKE_COMMAND};-S;${SOURCE};-B;${BINARY};${OPTIONS}"
    "${CMAKE_COMMAND};--build;${BINARY};--parallel;2"
    "${BINARY}/${RUN}")
  execute_process(COMMAND ${command} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
