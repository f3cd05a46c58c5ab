# SPDX-License-Identifier: BSL-1.0
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)

file(WRITE ${TREE}/right.out "two  words\n")
file(WRITE ${TREE}/wrong.out "two words\n")

function(run outcome expected)
  expect("${outcome}" RUN ${CMAKE_COMMAND} -DEXPECTED=${TREE}/${expected} -DACTUAL=${TREE}/actual.out
    -P ${CMAKE}/RunExample.cmake -- ${ARGN})
endfunction()

run(ok right.out ${CMAKE_COMMAND} -E echo "two  words")
run("-two words \\+two words" wrong.out ${CMAKE_COMMAND} -E echo "two  words")
run("the output is not what the file says" absent.out ${CMAKE_COMMAND} -E echo "two  words")
run("exit status 1" right.out ${CMAKE_COMMAND} -E false)
