# SPDX-License-Identifier: BSL-1.0
# cmake -DROOT=. -P cmake/CheckLicence.cmake
# Every source says under which licence it is, in a form that tools read: in its first line, or in
# its second after #!.
cmake_minimum_required(VERSION 3.25)
file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/include/* ${ROOT}/tests/* ${ROOT}/bench/* ${ROOT}/examples/* ${ROOT}/cmake/*)
list(FILTER files INCLUDE REGEX "([.](hpp|cpp|inc|py|cmake|cmake[.]in|sh)|CMakeLists[.]txt)$")
if(EXISTS ${ROOT}/CMakeLists.txt)
  list(APPEND files CMakeLists.txt)
endif()
if(NOT files)
  message(FATAL_ERROR "no sources in ${ROOT}")
endif()
foreach(file IN LISTS files)
  file(STRINGS ${ROOT}/${file} lines LIMIT_COUNT 2)
  if(NOT lines MATCHES "^(#![^;]*;)?(//|#) SPDX-License-Identifier: BSL-1[.]0(;|$)")
    message(SEND_ERROR "${file} does not begin with \"SPDX-License-Identifier: BSL-1.0\"")
  endif()
endforeach()
