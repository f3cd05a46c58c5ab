# SPDX-License-Identifier: BSL-1.0
# The warnings under which our headers and programs stay silent. For our own targets only: what a
# consumer wants to hear is the consumer's choice.
#
# Not in the list: -Wuseless-cast, which calls every static_cast<T>(x) in a template useless once T
# is the type of x; -Wnull-dereference and -Wrestrict, which g++ 12 raises at -O3 inside its own
# <streambuf> and <string> (GCC bug 105329).
set(SHARDLINE_WARNING_FLAGS
  -Wall -Wextra -Wpedantic
  -Wconversion -Wsign-conversion -Wdouble-promotion -Wold-style-cast -Wcast-align -Wcast-qual
  -Wshadow -Wunused -Wextra-semi -Wimplicit-fallthrough -Wundef -Wvla
  -Wformat=2 -Wnon-virtual-dtor -Woverloaded-virtual -Wredundant-decls)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND SHARDLINE_WARNING_FLAGS
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wdeprecated-copy-dtor
    -Wmismatched-tags -Wredundant-tags -Wno-restrict)
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  list(APPEND SHARDLINE_WARNING_FLAGS
    -Wshadow-all -Wunreachable-code -Wcomma -Wconditional-uninitialized -Wdeprecated
    -Wheader-hygiene -Wloop-analysis -Wnewline-eof)
endif()

function(shardline_warnings target)
  target_compile_options(${target} PRIVATE ${SHARDLINE_WARNING_FLAGS})
  set_target_properties(${target} PROPERTIES COMPILE_WARNING_AS_ERROR ${SHARDLINE_WERROR})
endfunction()
