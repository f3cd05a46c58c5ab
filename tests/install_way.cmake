# SPDX-License-Identifier: BSL-1.0
# cmake -DWAY=<way> -DROOT=<shardline> -DTREE=<folder> -DGENERATOR=... -DCOMPILER=... -P install_way.cmake
# Does what the README says after <!-- install: WAY -->, with this clone for /path/to/shardline and a
# folder here for /usr/local, and expects of its first program what it says that this prints.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${TREE})
file(MAKE_DIRECTORY ${TREE})
file(READ ${ROOT}/README.md readme)
file(READ ${ROOT}/examples/quickstart.cpp program)
file(READ ${ROOT}/examples/quickstart.out expected)
set(fence "```")

# What stands between the fences after the mark; a block that the way does not have is empty.
string(FIND "${readme}" "<!-- install: ${WAY} -->" at)
if(at EQUAL -1)
  message(FATAL_ERROR "README.md does not say how to install: ${WAY}")
endif()
string(SUBSTRING "${readme}" ${at} -1 readme)
string(REGEX MATCH "^<!-- install: [a-z]+ -->\n(${fence}sh\n([^`]*)${fence}\n)?(${fence}cmake\n([^`]*)${fence}\n)?"
  found "${readme}")
foreach(block 2 4)
  string(REPLACE "/path/to/shardline" "${ROOT}" block_${block} "${CMAKE_MATCH_${block}}")
  string(REPLACE "/usr/local" "${TREE}/local" block_${block} "${block_${block}}")
endforeach()

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${TREE} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

if(block_2)
  set(ENV{CXX} ${COMPILER})
  set(ENV{CMAKE_GENERATOR} ${GENERATOR})
  string(REPLACE "-B build" "-B build -DSHARDLINE_PLANNER=OFF" block_2 "${block_2}")
  run(sh -e -c "${block_2}")
endif()
if(block_4)
  file(WRITE ${TREE}/app.cpp "${program}")
  file(WRITE ${TREE}/CMakeLists.txt "cmake_minimum_required(VERSION 3.25)\nproject(app LANGUAGES CXX)\n"
    "add_executable(app app.cpp)\n${block_4}")
  run(${CMAKE_COMMAND} -G ${GENERATOR} -S . -B app -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_PREFIX_PATH=${TREE}/local)
  run(${CMAKE_COMMAND} --build app)
  set(app app/app)
else()
  string(REGEX REPLACE "#include \"shardline/[^\n]*" "" program "${program}")
  file(WRITE ${TREE}/app.cpp "#include \"shardline.hpp\"\n${program}")
  run(${COMPILER} -std=c++20 app.cpp -o app)
  set(app app)
endif()

execute_process(COMMAND ${TREE}/${app} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "The README's program printed\n${printed}in place of\n${expected}")
endif()
