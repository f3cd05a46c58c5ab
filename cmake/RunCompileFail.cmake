# One half of a pair made by shardline_compile_fail. The definitions are that function's -D options.
cmake_minimum_required(VERSION 3.25)

# -isystem /usr/include would hide the C headers that libstdc++ reaches with #include_next.
list(REMOVE_ITEM INCLUDES "" ${SYSTEM} ${IMPLICIT})
list(REMOVE_ITEM SYSTEM "" ${IMPLICIT})
list(TRANSFORM INCLUDES PREPEND -I)
list(TRANSFORM SYSTEM PREPEND -isystem)
set(compile ${COMPILER} -std=c++20 -fsyntax-only ${INCLUDES} ${SYSTEM})
if(MODE STREQUAL "good")
  list(APPEND compile ${WARNINGS} -Werror)
else()
  list(APPEND compile -DSHARDLINE_TEST_BAD=1)
endif()

set(ENV{LC_ALL} C)  # the rules are written in the compilers' English
execute_process(COMMAND ${compile} ${SOURCE} RESULT_VARIABLE status ERROR_VARIABLE said OUTPUT_QUIET)

if(MODE STREQUAL "good")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${SOURCE} must compile and does not:\n${said}")
  endif()
  return()
endif()

if(status EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles with SHARDLINE_TEST_BAD=1 and must not")
endif()
foreach(regex IN LISTS RULE)
  if(NOT said MATCHES "${regex}")
    message(FATAL_ERROR "${SOURCE}: the compiler does not say \"${regex}\":\n${said}")
  endif()
endforeach()
foreach(regex IN LISTS FORBID)
  if(said MATCHES "${regex}")
    message(FATAL_ERROR "${SOURCE}: the compiler says \"${regex}\":\n${said}")
  endif()
endforeach()
