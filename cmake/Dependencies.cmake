# SPDX-License-Identifier: BSL-1.0
# shardline_find(<name> [REQUIRED]) looks for what a part of shardline needs and makes an imported
# target shardline::<name>. Without REQUIRED it leaves shardline_<name>_MISSING, a sentence, instead.
# CMakeLists.txt and the installed package both use this file, so that they cannot disagree.
#
#   shardline::boost   Boost.Units, under every header
#   shardline::eigen   shardline and Eigen: eigen/*.hpp, plan/calibration.hpp
#   shardline::json    shardline and nlohmann_json: io/json.hpp, io/hf_config.hpp
#
# The macros below set, for shardline_find: target or includes when found, and needs.

# Debian's Boost has Boost::headers and no Boost::units; vcpkg's has one target per library; conda's
# has no package file at all. Anything that yields boost/units/quantity.hpp will do.
macro(shardline_find_boost)
  set(needs "Boost 1.74 or newer, headers only (Debian: libboost-dev)")
  if(NOT TARGET Boost::units AND NOT TARGET Boost::headers)
    find_package(boost_units 1.74 CONFIG QUIET)
    find_package(Boost 1.74 CONFIG QUIET)
  endif()
  foreach(candidate Boost::boost Boost::headers Boost::units)
    if(TARGET ${candidate})
      set(target ${candidate})
    endif()
  endforeach()
  if(NOT target)
    find_path(SHARDLINE_BOOST_INCLUDE_DIR boost/units/quantity.hpp)
    mark_as_advanced(SHARDLINE_BOOST_INCLUDE_DIR)
    if(SHARDLINE_BOOST_INCLUDE_DIR)
      file(STRINGS ${SHARDLINE_BOOST_INCLUDE_DIR}/boost/version.hpp version
        REGEX "^#define BOOST_VERSION [0-9]+")
      string(REGEX MATCH "[0-9]+" version "${version}")
      if(version GREATER_EQUAL 107400)
        set(includes ${SHARDLINE_BOOST_INCLUDE_DIR})
      endif()
    endif()
  endif()
endmacro()

# No version in find_package: Eigen 3.4's version file refuses "5", Eigen 5's refuses "3.4", and
# neither knows ranges across the two.
macro(shardline_find_eigen)
  set(needs "Eigen 3.4 or newer (Debian: libeigen3-dev)")
  if(NOT TARGET Eigen3::Eigen)
    find_package(Eigen3 CONFIG QUIET)
  endif()
  if(TARGET Eigen3::Eigen AND NOT (Eigen3_VERSION AND Eigen3_VERSION VERSION_LESS 3.4))
    set(target Eigen3::Eigen)
  endif()
endmacro()

macro(shardline_find_json)
  set(needs "nlohmann_json 3.10 or newer (Debian: nlohmann-json3-dev)")
  if(NOT TARGET nlohmann_json::nlohmann_json)
    find_package(nlohmann_json 3.10 CONFIG QUIET)
  endif()
  if(TARGET nlohmann_json::nlohmann_json)
    set(target nlohmann_json::nlohmann_json)
  endif()
endmacro()

function(shardline_find name)
  if(TARGET shardline::${name})
    return()
  endif()
  set(target)
  set(includes)
  cmake_language(CALL shardline_find_${name})
  if(NOT target AND NOT includes)
    set(sentence "shardline's ${name} part needs ${needs}, which was not found")
    if(ARGV1 STREQUAL "REQUIRED")
      message(FATAL_ERROR "${sentence}")
    endif()
    set(shardline_${name}_MISSING "${sentence}" PARENT_SCOPE)
    return()
  endif()

  # GLOBAL, for the project that brought shardline in with add_subdirectory.
  add_library(shardline::${name} INTERFACE IMPORTED GLOBAL)
  if(NOT name STREQUAL "boost")
    target_link_libraries(shardline::${name} INTERFACE shardline::shardline)
  endif()
  if(target)
    target_link_libraries(shardline::${name} INTERFACE ${target})
    # These headers do not compile silently under a strict consumer's warnings (ours do). Imported
    # targets are SYSTEM anyway; one that the consumer builds itself is made so here.
    get_target_property(imported ${target} IMPORTED)
    if(NOT imported)
      set(includes $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
    endif()
  endif()
  target_include_directories(shardline::${name} SYSTEM INTERFACE ${includes})
endfunction()
