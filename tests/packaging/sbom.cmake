# SPDX-License-Identifier: BSL-1.0
# cmake -DSTAGE=<installed> -DVERSION=... -P sbom.cmake
# The installed bill of materials is JSON that names this version, its licence, and three packages of
# others, each of them in a relationship.
cmake_minimum_required(VERSION 3.25)
file(GLOB_RECURSE found ${STAGE}/*/shardline.spdx.json)
file(READ "${found}" text)

function(expect value)
  string(JSON is GET "${text}" ${ARGN})
  if(NOT is STREQUAL value)
    message(SEND_ERROR "${ARGN}: ${is} in place of ${value}")
  endif()
endfunction()

expect(SPDX-2.3 spdxVersion)
expect(shardline packages 0 name)
expect(${VERSION} packages 0 versionInfo)
expect(BSL-1.0 packages 0 licenseDeclared)
string(JSON packages LENGTH "${text}" packages)
string(JSON relationships LENGTH "${text}" relationships)
if(NOT packages EQUAL 4 OR NOT relationships EQUAL 4)
  message(SEND_ERROR "${packages} packages, ${relationships} relationships: 4 of each")
endif()
string(JSON space GET "${text}" documentNamespace)
if(NOT space MATCHES "/shardline-${VERSION}-[0-9a-f]+$")
  message(SEND_ERROR "documentNamespace: ${space}")
endif()
