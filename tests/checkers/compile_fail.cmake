# SPDX-License-Identifier: BSL-1.0
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)

file(WRITE ${TREE}/rule.cpp [=[
template <int Needed, int Available>
struct fits {
  static_assert(Needed <= Available, "does not fit");
};
#ifdef SHARDLINE_TEST_BAD
template struct fits<5, 3>;
template struct fits<7, 3>;
#else
template struct fits<2, 3>;
#endif
]=])
file(WRITE ${TREE}/never.cpp "int x = \"\";\n")
file(WRITE ${TREE}/always.cpp "int x = 0;\n")

# case(<outcome> <mode> <source> [<rules> [<forbidden> [<first> [<shorter>]]]])
function(case outcome mode source)
  expect("${outcome}" RUN ${CMAKE_COMMAND} -DMODE=${mode} -DSOURCE=${TREE}/${source}.cpp
    -DCOMPILER=${COMPILER} -DIMPLICIT=/usr/include "-DRULE=${ARGV3}" "-DFORBID=${ARGV4}"
    "-DFIRST=${ARGV5}" "-DSHORTER=${ARGV6}"
    -P ${CMAKE}/RunCompileFail.cmake)
endfunction()

case(ok good rule)
case("must compile and does not" good never)
case(ok bad rule "does not fit;<5, 3>" "<2, 3>")
case("compiles with SHARDLINE_TEST_BAD=1 and must not" bad always "does not fit")
case("does not say \"<5, 4>\"" bad rule "does not fit;<5, 4>")
case("the compiler says \"<5, 3>\"" bad rule "does not fit" "<5, 3>")
case(ok bad rule "does not fit" "" "does not fit")
case("the first error does not say \"<7, 3>\"" bad rule "<7, 3>" "" "<7, 3>")
case(ok bad rule "" "" "does not fit" 100)
case("the first error has [0-9]+ characters" bad rule "" "" "does not fit" 10)
