# SPDX-License-Identifier: BSL-1.0
cmake_minimum_required(VERSION 3.25)

# expect(<outcome> RUN <command...>): the command succeeds when outcome is "ok"; otherwise it fails
# and says what the regular expression outcome asks for.
function(expect outcome)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" RUN)
  execute_process(COMMAND ${arg_RUN} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  string(REGEX REPLACE "[ \n]+" " " said "${said}")  # CMake wraps long messages
  if(outcome STREQUAL "ok")
    if(NOT status EQUAL 0)
      message(SEND_ERROR "must be accepted and is not: ${said}")
    endif()
  elseif(status EQUAL 0)
    message(SEND_ERROR "must be refused and is not: ${outcome}")
  elseif(NOT said MATCHES "${outcome}")
    message(SEND_ERROR "must say \"${outcome}\" and says: ${said}")
  endif()
endfunction()
