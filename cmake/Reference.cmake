# SPDX-License-Identifier: BSL-1.0
# The target `reference`: pages of the headers by Doxygen, in <build>/reference/html, any warning of
# which is an error, and how much is said of each public function. Formulas stand as they do in the
# sources. Dressed by Debian's doxygen-awesome-css where that is installed.
find_program(SHARDLINE_DOXYGEN doxygen)
find_program(SHARDLINE_AWK NAMES mawk gawk awk)
find_path(SHARDLINE_DOXYGEN_AWESOME doxygen-awesome.css
  PATHS /usr/share PATH_SUFFIXES doxygen-awesome-css NO_DEFAULT_PATH)
if(NOT SHARDLINE_DOXYGEN)
  add_custom_target(reference
    COMMAND ${CMAKE_COMMAND} -E echo "reference: doxygen is not installed (apt-get install doxygen)"
    COMMAND ${CMAKE_COMMAND} -E false)
  return()
endif()
set(shardline_stylesheet)
if(SHARDLINE_DOXYGEN_AWESOME)
  set(shardline_stylesheet ${SHARDLINE_DOXYGEN_AWESOME}/doxygen-awesome.css)
endif()
configure_file(cmake/Doxyfile.in ${CMAKE_CURRENT_BINARY_DIR}/Doxyfile @ONLY)
add_custom_target(reference
  COMMAND ${SHARDLINE_DOXYGEN} ${CMAKE_CURRENT_BINARY_DIR}/Doxyfile
  COMMAND ${SHARDLINE_AWK} -f ${CMAKE_CURRENT_SOURCE_DIR}/cmake/proof/reference.awk ${SHARDLINE_HEADERS}
  WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} USES_TERMINAL VERBATIM)
