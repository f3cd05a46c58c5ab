# SPDX-License-Identifier: BSL-1.0
# shardline_compile_fail(<name> [FIRST <regex>...] [RULE <regex>...] [FORBID <regex>...]
#                        [SHORTER <length>] [STANDARD <year>])
# Tests tests/fail/<name>.cpp twice. As it stands it must compile without a warning. With
# SHARDLINE_TEST_BAD=1 it must not compile, the first line with an error must match every FIRST (our
# sentence, and the figures it compares), and all that the compiler says every RULE and no FORBID.
# The first error itself must be SHORTER than so many characters. With STANDARD the second half is
# compiled by that of C++. There must be a FIRST or a RULE. Brackets in a regex must be balanced.
function(shardline_compile_fail name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SHORTER;STANDARD" "FIRST;RULE;FORBID")
  if(NOT (arg_FIRST OR arg_RULE) OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "shardline_compile_fail(${name}): expected FIRST or RULE and sentences")
  endif()
  foreach(mode good bad)
    # The compiler runs alone, without a target and a build of its own: a tenth of the time.
    add_test(NAME fail.${name}_${mode} COMMAND ${CMAKE_COMMAND}
      -DMODE=${mode}
      -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/${name}.cpp
      -DCOMPILER=${CMAKE_CXX_COMPILER}
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
    set_tests_properties(fail.${name}_${mode} PROPERTIES LABELS build)
  endforeach()
endfunction()
