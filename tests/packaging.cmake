# SPDX-License-Identifier: BSL-1.0
# The library as other people's builds meet it. These tests run builds of their own (label "build");
# a sanitizer adds nothing to them.

# Every header compiles alone, under our warnings.
shardline_lone_headers(lone_headers ${PROJECT_SOURCE_DIR}/include ${buildable_headers})
add_test(NAME headers.alone COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR}
  --config $<CONFIG> --parallel 2 --target lone_headers)
set_tests_properties(headers.alone PROPERTIES LABELS build RESOURCE_LOCK shardline_build)

# The optional components that exist here, with commas; consumers ask for the same.
set(components)
foreach(component eigen json)
  if(TARGET shardline::${component})
    string(APPEND components ",${component}")
  endif()
endforeach()

# shardline_stranger_test(<name> <source folder> <program;args> [-Doption...])
# Configures, builds and runs somebody else's project, in a folder of its own.
function(shardline_stranger_test name source run)
  set(options -G${CMAKE_GENERATOR} -DCMAKE_MAKE_PROGRAM=${CMAKE_MAKE_PROGRAM}
    -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} ${ARGN})
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -DSOURCE=${source}
    -DBINARY=${CMAKE_CURRENT_BINARY_DIR}/strangers/${name} "-DOPTIONS=${options}" "-DRUN=${run}"
    -P ${CMAKE_CURRENT_SOURCE_DIR}/stranger.cmake)
  set_tests_properties(${name} PROPERTIES LABELS build)
endfunction()

set(consumer ${CMAKE_CURRENT_SOURCE_DIR}/consumer)
foreach(mode subdirectory fetch)
  shardline_stranger_test(consumer.${mode} ${consumer} consumer
    -DSHARDLINE_SOURCE=${PROJECT_SOURCE_DIR} -DMODE=${mode} -DCOMPONENTS=${components})
endforeach()

if(NOT SHARDLINE_INSTALL)
  return()
endif()

set(stage ${CMAKE_CURRENT_BINARY_DIR}/stage)
add_test(NAME install COMMAND ${CMAKE_COMMAND}
  --install ${PROJECT_BINARY_DIR} --config $<CONFIG> --prefix ${stage})
set_tests_properties(install PROPERTIES FIXTURES_SETUP installed LABELS build)

shardline_stranger_test(consumer.package ${consumer} consumer
  -DCMAKE_PREFIX_PATH=${stage} -DMODE=package -DCOMPONENTS=${components})
set_tests_properties(consumer.package PROPERTIES FIXTURES_REQUIRED installed)

# Each way of installing, as the README says it: its lines, typed around its program.
foreach(way subdirectory fetch package single)
  add_test(NAME install.${way} COMMAND ${CMAKE_COMMAND} -DWAY=${way} -DROOT=${PROJECT_SOURCE_DIR}
    -DTREE=${CMAKE_CURRENT_BINARY_DIR}/ways/${way} "-DGENERATOR=${CMAKE_GENERATOR}"
    -DCOMPILER=${CMAKE_CXX_COMPILER} -P ${CMAKE_CURRENT_SOURCE_DIR}/install_way.cmake)
  set_tests_properties(install.${way} PROPERTIES LABELS build)
endforeach()

# The installed tree says what it is to builds without CMake, and to who gathers licences.
find_program(SHARDLINE_PKG_CONFIG NAMES pkgconf pkg-config)
if(SHARDLINE_PKG_CONFIG)
  add_test(NAME packaging.pkg_config COMMAND ${CMAKE_COMMAND} -DPKG_CONFIG=${SHARDLINE_PKG_CONFIG}
    -DSTAGE=${stage} -DVERSION=${PROJECT_VERSION} -DROOT=${PROJECT_SOURCE_DIR}
    -DTREE=${CMAKE_CURRENT_BINARY_DIR}/pkg_config -DCOMPILER=${CMAKE_CXX_COMPILER}
    -P ${CMAKE_CURRENT_SOURCE_DIR}/packaging/pkg_config.cmake)
  set_tests_properties(packaging.pkg_config PROPERTIES FIXTURES_REQUIRED installed LABELS build)
endif()
add_test(NAME packaging.sbom COMMAND ${CMAKE_COMMAND}
  -DSTAGE=${stage} -DVERSION=${PROJECT_VERSION} -P ${CMAKE_CURRENT_SOURCE_DIR}/packaging/sbom.cmake)
set_tests_properties(packaging.sbom PROPERTIES FIXTURES_REQUIRED installed LABELS build)

# Recipes of package managers, as far as they can be followed without a network: vcpkg's port installs
# from this clone in place of GitHub's, Conan's is read by Python with a recipe class of our own.
add_test(NAME packaging.vcpkg COMMAND ${CMAKE_COMMAND} -DROOT=${PROJECT_SOURCE_DIR}
  -DTREE=${CMAKE_CURRENT_BINARY_DIR}/vcpkg -DVERSION=${PROJECT_VERSION}
  -DGENERATOR=${CMAKE_GENERATOR} -DCOMPILER=${CMAKE_CXX_COMPILER}
  -P ${CMAKE_CURRENT_SOURCE_DIR}/packaging/vcpkg.cmake)
set_tests_properties(packaging.vcpkg PROPERTIES LABELS build)
find_program(SHARDLINE_PYTHON python3)
if(SHARDLINE_PYTHON)
  add_test(NAME packaging.conan COMMAND ${SHARDLINE_PYTHON}
    ${CMAKE_CURRENT_SOURCE_DIR}/packaging/conan.py ${PROJECT_SOURCE_DIR} ${PROJECT_VERSION})
endif()

# A component that cannot be had is named, not "could not find a configuration file".
shardline_stranger_test(consumer.missing_component ${consumer} consumer
  -DCMAKE_PREFIX_PATH=${stage} -DMODE=package -DCOMPONENTS=json
  -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON)
set_tests_properties(consumer.missing_component PROPERTIES FIXTURES_REQUIRED installed
  PASS_REGULAR_EXPRESSION "shardline's json part needs nlohmann_json")

# In smaller units than here, so that what a file forgets to include shows. The preset "matrix" compiles
# each of its files alone.
if(TARGET shardline-plan)
  shardline_stranger_test(planner.outside ${PROJECT_SOURCE_DIR}/examples/planner
    "shardline-plan;--help" -DCMAKE_PREFIX_PATH=${stage} -DSHARDLINE_WASM_COMPILER=OFF
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=6)
  set_tests_properties(planner.outside PROPERTIES FIXTURES_REQUIRED installed)
endif()
