# SPDX-License-Identifier: BSL-1.0
# shardline_lone_headers(<target> <folder of includes> <headers...>): compiles each header alone, in
# a translation unit of its own: one that leans on what was included before it does not compile. Not
# part of `all`.
#
# Most of that time goes to what many headers include: Boost.Units, half a second of parsing,
# nlohmann_json, another, Eigen's least squares, two, and what families of models are read with, one.
# Headers that include any of these, themselves or through others, get it precompiled: it is theirs
# anyway.
function(shardline_lone_headers target root)
  set(headers ${ARGN})
  list(TRANSFORM headers REPLACE "^${root}/" "")
  set(of_units shardline/base/units.hpp)
  set(of_json nlohmann/json.hpp)
  set(of_layers shardline/io/hf/blocks/layers.hpp)
  set(of_least_squares shardline/plan/calibration/least_squares.hpp)
  set(shared units json layers least_squares)
  foreach(part IN LISTS shared)
    shardline_including(with_${part} ${root} ${of_${part}} ${headers})
  endforeach()

  add_custom_target(${target})
  foreach(header IN LISTS headers)
    set(part ${target})
    set(precompiled)
    foreach(other IN LISTS shared)
      if(header IN_LIST with_${other})
        string(APPEND part _${other})
        list(APPEND precompiled <${of_${other}}>)
      endif()
    endforeach()
    if(NOT precompiled)
      string(APPEND part _alone)
    endif()
    if(NOT TARGET ${part})
      add_library(${part} OBJECT EXCLUDE_FROM_ALL)
      shardline_own_target(${part})
      target_compile_options(${part} PRIVATE $<$<BOOL:${SHARDLINE_QUICK_CHECKS}>:-O0>)
      target_precompile_headers(${part} PRIVATE ${precompiled})
      # g++ 12 dies of comparing class and struct across a precompiled header (in
      # diag_mismatched_tags); clang++ compares them as well.
      target_compile_options(${part} PRIVATE
        $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-tags -Wno-redundant-tags>)
      add_dependencies(${target} ${part})
    endif()
    string(REPLACE ".hpp" ".cpp" source ${CMAKE_CURRENT_BINARY_DIR}/${target}/${header})
    file(CONFIGURE OUTPUT ${source} CONTENT "#include <${header}>\n")
    target_sources(${part} PRIVATE ${source})
  endforeach()
endfunction()

# shardline_including(<list> <folder of includes> <header> <headers...>): which of the headers
# include that one, directly or through others; itself does not.
function(shardline_including list root header)
  set(headers ${ARGN})
  foreach(other IN LISTS headers)
    file(STRINGS ${root}/${other} lines REGEX "^#include [<\"]")
    list(TRANSFORM lines REPLACE "^#include [<\"]([^>\"]*)[>\"].*$" "\\1")
    set(included_by_${other} ${lines})
  endforeach()
  set(found ${header})
  set(newest ${header})
  while(newest)
    set(next)
    foreach(other IN LISTS headers)
      set(shared ${included_by_${other}})
      list(REMOVE_ITEM shared ${newest})
      if(NOT "${shared}" STREQUAL "${included_by_${other}}")
        list(APPEND next ${other})
      endif()
    endforeach()
    list(APPEND found ${next})
    list(REMOVE_ITEM headers ${next} "")
    set(newest ${next})
  endwhile()
  list(REMOVE_ITEM found ${header})
  set(${list} ${found} PARENT_SCOPE)
endfunction()
