# SPDX-License-Identifier: BSL-1.0
# shardline_lone_headers(<target> <folder of includes> <headers...>): compiles each header alone, in
# a translation unit of its own: one that leans on what was included before it does not compile. Not
# part of `all`.
#
# Most of that time goes to what others have written. Nearly every header comes by Boost.Units, half
# a second of parsing, and those of io by nlohmann_json, another. Headers that include either,
# themselves or through others, get it precompiled: it is theirs anyway.
function(shardline_lone_headers target root)
  set(headers ${ARGN})
  list(TRANSFORM headers REPLACE "^${root}/" "")
  shardline_including(with_units ${root} shardline/base/units.hpp ${headers})
  shardline_including(with_json ${root} nlohmann/json.hpp ${headers})

  add_custom_target(${target})
  foreach(header IN LISTS headers)
    set(part ${target})
    set(precompiled)
    if(header IN_LIST with_units)
      string(APPEND part _units)
      list(APPEND precompiled <shardline/base/units.hpp>)
    endif()
    if(header IN_LIST with_json)
      string(APPEND part _json)
      list(APPEND precompiled <nlohmann/json.hpp>)
    endif()
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
# include that one, directly or through others, and itself if it is among them.
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
  list(FILTER found INCLUDE REGEX "^shardline/")
  set(${list} ${found} PARENT_SCOPE)
endfunction()
