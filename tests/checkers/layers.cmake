# SPDX-License-Identifier: BSL-1.0
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)

# tree(<outcome> [<file> <include>]...): the good tree plus these lines, through CheckLayers.cmake.
function(tree outcome)
  file(REMOVE_RECURSE ${TREE})
  set(lines
    shardline.hpp "<shardline/memory/memory.hpp>"
    plan/search.hpp "\"../memory/memory.hpp\"" plan/calibration.hpp "<Eigen/Dense>"
    plan/calibration.hpp "<shardline/base/fwd.hpp>" io/json.hpp "<shardline/base/fwd.hpp>"
    memory/memory.hpp "\"shardline/base/units.hpp\"" io/json.hpp "<nlohmann/json.hpp>"
    eigen/pack.hpp "<shardline/base/units.hpp>"
    base/units.hpp "\"fwd.hpp\"" base/units.hpp "<boost/units/quantity.hpp>"
    base/fwd.hpp "<string_view>" ${ARGN})
  while(lines)
    list(POP_FRONT lines file include)
    file(APPEND ${TREE}/${file} "#include ${include}\n")
  endwhile()
  expect("${outcome}" RUN ${CMAKE_COMMAND} -DROOT=${TREE} -P ${CMAKE}/CheckLayers.cmake)
endfunction()

tree(ok)
tree("memory/memory.hpp includes io/json.hpp: arrows point downward only"
  memory/memory.hpp "<shardline/io/json.hpp>")
tree("io/json.hpp includes eigen/pack.hpp: arrows point downward only"
  io/json.hpp "\"../eigen/pack.hpp\"")
tree("eigen/pack.hpp includes plan/search.hpp: arrows" eigen/pack.hpp "<shardline/plan/search.hpp>")
tree("shardline.hpp includes plan/search.hpp: arrows point downward only"
  shardline.hpp "<shardline/plan/search.hpp>")
tree("plan/search.hpp includes shardline.hpp: the umbrella is for users only"
  plan/search.hpp "<shardline/shardline.hpp>")
tree("includes go in a circle among base/fwd.hpp, base/units.hpp" base/fwd.hpp "\"units.hpp\"")
tree("base/fwd.hpp includes base/nowhere.hpp, which does not exist" base/fwd.hpp "\"nowhere.hpp\"")
tree("no row for the folder attic" attic/old.hpp "<vector>")
tree("base/fwd.hpp has #include <boost/config.hpp>" base/fwd.hpp "<boost/config.hpp>")
tree("plan/search.hpp has #include <Eigen/Core>" plan/search.hpp "<Eigen/Core>")
tree("plan/search.hpp has #include <nlohmann/json.hpp>" plan/search.hpp "<nlohmann/json.hpp>")
tree("memory/memory.hpp has #include <string>" memory/memory.hpp "<string>")
string(REPEAT "\n" 400 long)
tree("base/fwd.hpp has 40[1-9] lines: at most 400" base/fwd.hpp "<cstdint>${long}")
set(crowd)
foreach(number RANGE 1 11)
  list(APPEND crowd base/more${number}.hpp "\"fwd.hpp\"")
endforeach()
tree("base/ has 13 headers: at most 12" ${crowd})
tree("base/bits.hpp does not reach base/fwd.hpp" base/bits.hpp "<bit>")
