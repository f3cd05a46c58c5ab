# SPDX-License-Identifier: BSL-1.0
# cmake -DROOT=<shardline> -DTREE=<folder> -DVERSION=... -DGENERATOR=... -DCOMPILER=... -P vcpkg.cmake
# Runs the port with functions that do of vcpkg's what they say they do, and looks for what it must
# have installed. The manifest says the version of the headers.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${TREE})
set(CURRENT_PACKAGES_DIR ${TREE}/packages)

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${arg_SOURCE_PATH} -B ${TREE}/build -G ${GENERATOR}
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} ${arg_OPTIONS}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()
function(vcpkg_cmake_install)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${TREE}/build OUTPUT_QUIET
    COMMAND_ERROR_IS_FATAL ANY)
endfunction()
function(expect_file file)
  if(NOT EXISTS ${file})
    message(SEND_ERROR "the port relies on ${file}, which is not there")
  endif()
endfunction()
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
  expect_file(${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/shardlineConfig.cmake)
endfunction()
function(vcpkg_fixup_pkgconfig)
  expect_file(${CURRENT_PACKAGES_DIR}/share/pkgconfig/shardline.pc)
endfunction()
function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  expect_file("${arg_FILE_LIST}")
endfunction()

include(${ROOT}/cmake/packaging/vcpkg/portfile.cmake)
expect_file(${CURRENT_PACKAGES_DIR}/include/shardline/shardline.hpp)

file(READ ${ROOT}/cmake/packaging/vcpkg/vcpkg.json manifest)
string(JSON version GET "${manifest}" version-semver)
if(NOT version STREQUAL VERSION)
  message(SEND_ERROR "vcpkg.json says version ${version}, the headers ${VERSION}")
endif()
