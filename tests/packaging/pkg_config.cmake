# SPDX-License-Identifier: BSL-1.0
# cmake -DPKG_CONFIG=... -DSTAGE=<installed> -DVERSION=... -DROOT=<shardline> -DTREE=<folder>
#       -DCOMPILER=... -P pkg_config.cmake
# The quickstart compiles with what pkg-config says, in a copy of the installed tree elsewhere.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${TREE})
file(COPY ${STAGE}/ DESTINATION ${TREE}/moved)
file(GLOB_RECURSE found ${TREE}/moved/*/shardline.pc)
cmake_path(GET found PARENT_PATH folder)
set(ENV{PKG_CONFIG_PATH} ${folder})

function(answer result)
  execute_process(COMMAND ${PKG_CONFIG} ${ARGN} shardline OUTPUT_VARIABLE text
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

answer(version --modversion)
if(NOT version STREQUAL VERSION)
  message(FATAL_ERROR "shardline.pc says version ${version} in place of ${VERSION}")
endif()
answer(flags --cflags)
separate_arguments(flags UNIX_COMMAND "${flags}")
execute_process(
  COMMAND ${COMPILER} -std=c++20 ${flags} ${ROOT}/examples/quickstart.cpp -o ${TREE}/quickstart
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${TREE}/quickstart OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
file(READ ${ROOT}/examples/quickstart.out expected)
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "printed\n${printed}in place of\n${expected}")
endif()
