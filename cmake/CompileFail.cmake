# SPDX-License-Identifier: BSL-1.0
# shardline_compile_fail(<name> [FIRST <regex>...] [RULE <regex>...] [FORBID <regex>...]
#                        [SHORTER <length>] [STANDARD <year>])
# Tests tests/fail/<name>.cpp twice. As it stands it must compile without a warning. With
# SHARDLINE_TEST_BAD=1 it must not compile, the first line with an error must match every FIRST (our
# sentence, and the figures it compares), and all that the compiler says every RULE and no FORBID.
# The first error itself must be SHORTER than so many characters. With STANDARD the second half is
# compiled by that of C++. There must be a FIRST or a RULE. Brackets in a regex must be balanced.
# Those that include small.hpp get what it includes, all of the library, precompiled: two thirds of the
# time. Others are about what is included.
function(shardline_compile_fail name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SHORTER;STANDARD" "FIRST;RULE;FORBID")
  if(NOT (arg_FIRST OR arg_RULE) OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "shardline_compile_fail(${name}): expected FIRST or RULE and sentences")
  endif()
  set(fixture)
  file(STRINGS ${name}.cpp includes_all REGEX "^#include \"small.hpp\"")
  if(includes_all)
    shardline_precompile_all()
    set(fixture fail_precompiled)
  endif()
  foreach(mode good bad)
    # The compiler runs alone, without a target and a build of its own: a tenth of the time.
    add_test(NAME fail.${name}_${mode} COMMAND ${CMAKE_COMMAND}
      -DMODE=${mode}
      -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/${name}.cpp
      -DCOMPILER=${CMAKE_CXX_COMPILER}
      -DFAMILY=${CMAKE_CXX_COMPILER_ID}
      "-DPRECOMPILED=$<$<BOOL:${fixture}>:${CMAKE_CURRENT_BINARY_DIR}/precompiled.hpp>"
      "-DWARNINGS=${SHARDLINE_WARNING_FLAGS}"
      "-DINCLUDES=$<TARGET_PROPERTY:shardline,INTERFACE_INCLUDE_DIRECTORIES>"
      "-DIMPLICIT=${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES}"
      "-DSYSTEM=$<TARGET_PROPERTY:shardline::boost,INTERFACE_INCLUDE_DIRECTORIES>"
      "-DFIRST=${arg_FIRST}"
      "-DSHORTER=${arg_SHORTER}"
      "-DSTANDARD=${arg_STANDARD}"
      "-DRULE=${arg_RULE}"
      "-DFORBID=${arg_FORBID}"
      -P ${PROJECT_SOURCE_DIR}/cmake/RunCompileFail.cmake)
    set_tests_properties(fail.${name}_${mode} PROPERTIES
      LABELS build FIXTURES_REQUIRED "${fixture}")
  endforeach()
endfunction()

# All of the library, once: both compilers look for what is precompiled beside a header.
function(shardline_precompile_all)
  if(TEST fail.precompiled)
    return()
  endif()
  set(header ${CMAKE_CURRENT_BINARY_DIR}/precompiled.hpp)
  file(CONFIGURE OUTPUT ${header} CONTENT "#include <shardline/shardline.hpp>\n")
  add_test(NAME fail.precompiled COMMAND ${CMAKE_COMMAND}
    -DMODE=precompile
    -DSOURCE=${header}
    -DCOMPILER=${CMAKE_CXX_COMPILER}
    -DFAMILY=${CMAKE_CXX_COMPILER_ID}
    "-DINCLUDES=$<TARGET_PROPERTY:shardline,INTERFACE_INCLUDE_DIRECTORIES>"
    "-DIMPLICIT=${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES}"
    "-DSYSTEM=$<TARGET_PROPERTY:shardline::boost,INTERFACE_INCLUDE_DIRECTORIES>"
    -P ${PROJECT_SOURCE_DIR}/cmake/RunCompileFail.cmake)
  set_tests_properties(fail.precompiled PROPERTIES LABELS build FIXTURES_SETUP fail_precompiled)
endfunction()
