# cmake -DPLAN=<shardline-plan> -P refusals.cmake
# What shardline-plan does not accept: one line on standard error, nothing on standard output, 64.
# And its other exit codes: 2 where no layout is feasible, 0 for help.
cmake_minimum_required(VERSION 3.25)

set(complaints "")

function(expect status error output)
  separate_arguments(arguments UNIX_COMMAND "${ARGN}")
  execute_process(COMMAND ${PLAN} ${arguments}
    RESULT_VARIABLE found_status OUTPUT_VARIABLE found_output ERROR_VARIABLE found_error)
  if(NOT found_status STREQUAL status OR NOT found_error STREQUAL error
     OR NOT found_output MATCHES "${output}")
    string(APPEND complaints "${ARGN}: exit status ${found_status}, '${found_error}'\n")
    set(complaints "${complaints}" PARENT_SCOPE)
  endif()
endfunction()

macro(refused line arguments)
  expect(64 "shardline-plan: ${line}\n" "^$" "${arguments}")
endmacro()

set(target "--model llama-3.1-8b --accelerator h100-sxm")
set(whole "a whole number from 1 to 1000000")

refused("subcommand: nothing; allowed: estimate, search" "")
refused("subcommand: fly; allowed: estimate, search" "fly")
refused("--gpus is required" "search ${target}")
refused("The following argument was not expected: --fast" "search ${target} --gpus 8 --fast")
foreach(value 0 -3 1.5 8x 1e3 99999999999999999999)
  refused("--gpus: ${value}; allowed: ${whole}" "search ${target} --gpus ${value}")
endforeach()
refused("--gpus-per-node: 0; allowed: ${whole}" "search ${target} --gpus 8 --gpus-per-node 0")
refused("--input: 0; allowed: a whole number from 1 to 1000000000"
        "search ${target} --gpus 8 --input 0")
refused("--max-ttft: 500; allowed: a number above 0 and its unit: us, ms or s"
        "search ${target} --gpus 8 --max-ttft 500")
refused("--kv: fp9; allowed: fp32, bf16, fp16, fp8, int8, fp4, int4"
        "search ${target} --gpus 8 --kv fp9")
refused("--weights: fp9; allowed: fp32, bf16, fp16, fp8, int8, int4, mxfp4, nvfp4"
        "search ${target} --gpus 8 --weights fp9")
refused("--efficiency: mfu=2; allowed: a number from 1e-06 to 1"
        "search ${target} --gpus 8 --efficiency constant:mfu=2")
refused("--efficiency: speed=2; allowed: mfu=, bandwidth=, link=, launch="
        "search ${target} --gpus 8 --efficiency constant:speed=2")
refused("--layout: tp: 0; allowed: ${whole}" "estimate ${target} --gpus 8 --layout vllm:tp=0")
refused("layout.attention.dp: 1000000000000; allowed: ${whole}"
        "estimate ${target} --gpus 8 --layout product:ep=1000000,dp=1000000")
refused("--model: no.json; allowed: a config.json that can be read"
        "search --model no.json --accelerator h100-sxm --gpus 8")

set(rule "more GPUs than the cluster has: 16384 required, 64 available")
expect(2 "" "infeasible\n  violated: [^\n]*${rule}\n.*serving in steady state"
       "estimate ${target} --gpus 64 --layout product:ep=64,tp=16,pp=4,dp=4")
expect(2 "" "no feasible layout\n\n20 layouts tried, 0 feasible\n"
       "search ${target} --gpus 8 --max-tpot 1us")
expect(2 "" "\"layouts\": \\[\\]" "search ${target} --gpus 8 --max-tpot 1us --json")
expect(0 "" "SUBCOMMAND" "--help")
expect(0 "" "--max-ttft" "search --help")

# An unknown name lists the known ones.
function(lists option value arguments first last)
  separate_arguments(arguments UNIX_COMMAND "${arguments}")
  execute_process(COMMAND ${PLAN} ${arguments} ${option} ${value}
    RESULT_VARIABLE status ERROR_VARIABLE error)
  if(NOT status EQUAL 64
     OR NOT error MATCHES "^shardline-plan: ${option}: ${value}; allowed: ${first}, [^\n]*${last}\n$")
    string(APPEND complaints "${option} ${value}: exit status ${status}, '${error}'\n")
    set(complaints "${complaints}" PARENT_SCOPE)
  endif()
endfunction()

lists(--model gpt-9 "search --accelerator h100-sxm --gpus 8" llama-3.1-8b config.json)
lists(--accelerator h999 "search --model llama-3.1-8b --gpus 8" a100-sxm-40 plan-400)

if(NOT complaints STREQUAL "")
  message(FATAL_ERROR "${complaints}")
endif()
