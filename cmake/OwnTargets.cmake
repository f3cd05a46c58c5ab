# SPDX-License-Identifier: BSL-1.0
# shardline_own_target(<target>): a program of this repository. It gets our warnings, the library
# and whichever optional parts could be found.
function(shardline_own_target target)
  shardline_warnings(${target})
  target_link_libraries(${target} PRIVATE shardline::shardline
    $<TARGET_NAME_IF_EXISTS:shardline::eigen> $<TARGET_NAME_IF_EXISTS:shardline::json>)
endfunction()

# shardline_as_check(<target> [<level>]): a target that checks something, and whose code nobody waits
# for. The level of optimisation in a quick build is -O0 unless it runs longer than it compiles.
function(shardline_as_check target)
  set(level ${ARGN})
  if(NOT level)
    set(level -O0)
  endif()
  if(SHARDLINE_QUICK_CHECKS)
    target_compile_options(${target} PRIVATE ${level})
  endif()
  if(SHARDLINE_SANITIZE)
    set(sanitizers -fsanitize=address,undefined,float-cast-overflow)
    target_compile_options(${target} PRIVATE
      -g1 -fno-omit-frame-pointer ${sanitizers} -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE ${sanitizers})
  endif()
endfunction()

# shardline_in_one_unit(<target> [<files a unit>]): what every source of a target includes is parsed
# once, in a quick build, and the templates that several use are made once: a third of the time. So it
# is, CMAKE_UNITY_BUILD_BATCH_SIZE files a unit, where CMAKE_UNITY_BUILD asks for it.
# Names of a folder's sources then meet, in anonymous namespaces too. Warnings about names of one
# file met in a function of another, and about what a source that is included may say, mean nothing
# there.
function(shardline_in_one_unit target)
  if(NOT SHARDLINE_QUICK_CHECKS AND NOT CMAKE_UNITY_BUILD)
    return()
  endif()
  set(batch ${ARGN} ${CMAKE_UNITY_BUILD_BATCH_SIZE} 0)
  list(GET batch 0 batch)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch})
  target_compile_options(${target} PRIVATE -Wno-shadow
    $<$<CXX_COMPILER_ID:Clang>:-Wno-shadow-all -Wno-header-hygiene>)
endfunction()

function(shardline_check_target target)
  shardline_own_target(${target})
  shardline_as_check(${target} ${ARGN})
endfunction()

set(shardline_needs_eigen "shardline/(eigen/|plan/calibration[./])")
set(shardline_needs_json "shardline/io/(json[./]|hf_config[.]hpp)")

# shardline_drop_unbuildable(<list>): without Eigen or nlohmann_json, takes out of the list the
# files that are, or include, a header of that part. Everything else is still built and tested.
function(shardline_drop_unbuildable list)
  set(kept)
  foreach(file IN LISTS ${list})
    file(STRINGS ${file} includes REGEX "^#include")
    set(text "${file} ${includes}")
    if((TARGET shardline::eigen OR NOT text MATCHES "${shardline_needs_eigen}")
       AND (TARGET shardline::json OR NOT text MATCHES "${shardline_needs_json}"))
      list(APPEND kept ${file})
    endif()
  endforeach()
  set(${list} ${kept} PARENT_SCOPE)
endfunction()
