# SPDX-License-Identifier: BSL-1.0
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

# What is known here grows with the index of engines: the line starts so, and names this too.
function(refused_naming line known arguments)
  separate_arguments(words UNIX_COMMAND "${arguments}")
  execute_process(COMMAND ${PLAN} ${words}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE error)
  string(FIND "${error}" "shardline-plan: ${line}" start)
  string(FIND "${error}" "${known}" named)
  if(NOT status EQUAL 64 OR NOT output STREQUAL "" OR NOT start EQUAL 0 OR named EQUAL -1
     OR NOT error MATCHES "^[^\n]+\n$")
    string(APPEND complaints "${arguments}: exit status ${status}, '${error}'\n")
    set(complaints "${complaints}" PARENT_SCOPE)
  endif()
endfunction()

# It is answered, without this text.
function(never text)
  separate_arguments(arguments UNIX_COMMAND "${ARGN}")
  execute_process(COMMAND ${PLAN} ${arguments} RESULT_VARIABLE status OUTPUT_VARIABLE output)
  string(FIND "${output}" "${text}" at)
  if(NOT status EQUAL 0 OR NOT at EQUAL -1)
    string(APPEND complaints "${ARGN}: exit status ${status}, '${text}' at ${at}\n")
    set(complaints "${complaints}" PARENT_SCOPE)
  endif()
endfunction()

# The whole of what is printed stands in a file.
function(expect_file status file)
  separate_arguments(arguments UNIX_COMMAND "${ARGN}")
  execute_process(COMMAND ${PLAN} ${arguments}
    RESULT_VARIABLE found_status OUTPUT_VARIABLE found_output)
  file(READ ${CMAKE_CURRENT_LIST_DIR}/${file} output)
  if(NOT found_status STREQUAL status OR NOT "x${found_output}" STREQUAL "x${output}")
    string(APPEND complaints "${ARGN}: exit status ${found_status}, not ${file} but '${found_output}'\n")
    set(complaints "${complaints}" PARENT_SCOPE)
  endif()
endfunction()

set(target "--model llama-3.1-8b --accelerator h100-sxm")
set(whole "a whole number from 1 to 1000000")
set(formats "fp32, bf16, fp16, fp8, int8, fp4, int4, nvfp4, fp8-head")
set(time "a number and its unit, us, ms or s,")

refused("subcommand: nothing; allowed: estimate, search, merge, pools, recommend, launch, compare, explain, sensitivity, fit, batch, models, accelerators, engines, fields, completion" "")
refused("subcommand: fly; allowed: estimate, search, merge, pools, recommend, launch, compare, explain, sensitivity, fit, batch, models, accelerators, engines, fields, completion" "fly")
refused("--gpus: nothing given; allowed: accelerators in all; several, or a range: 16,64,256 or 8..64:x2" "search ${target}")
foreach(value 0 -3 1.5 8x 1e3 99999999999999999999)
  refused("--gpus: ${value}; allowed: ${whole}" "search ${target} --gpus ${value}")
endforeach()
refused("--gpus-per-node: 0; allowed: ${whole}" "search ${target} --gpus 8 --gpus-per-node 0")
refused("--input: 0; allowed: a whole number from 1 to 1000000000"
        "search ${target} --gpus 8 --input 0")
foreach(value 500 0s nans 1e-10s 1000000001s)
  refused("--max-ttft: ${value}; allowed: ${time} from 1e-09 s to 1000000000 s"
          "search ${target} --gpus 8 --max-ttft ${value}")
endforeach()
refused("--kv: fp9 (did you mean fp8?); allowed: ${formats}"
        "search ${target} --gpus 8 --kv fp9")
refused("--weights: fp9 (did you mean fp8?); allowed: fp32, bf16, fp16, fp8, int8, int4, mxfp4, nvfp4"
        "search ${target} --gpus 8 --weights fp9")
refused_naming("--efficiency: none; allowed: vllm, vllm-0.21, vllm-0.18, vllm-0.11, " ", trtllm-0.5, "
               "search ${target} --gpus 8 --efficiency fitted:engine=none")
refused("--chunk: 0; allowed: a whole number from 1 to 1000000000" "search ${target} --gpus 8 --chunk 0")
set(rates "a number from 1e-09 to 1000000000 requests/s, or no --rate for slots that are always full")
foreach(value -1 0 1e-10 nan 1e10 many)
  refused("--rate: ${value}; allowed: ${rates}" "search ${target} --gpus 8 --rate ${value}")
endforeach()
refused("--draft-time: 0ms; allowed: a time above 0, or none for the prediction layer's"
        "search ${target} --gpus 8 --draft 3 --acceptance 0.5 --draft-time 0ms")
refused("--num-prompts: 0; allowed: a whole number from 1 to 1000000000"
        "search ${target} --gpus 8 --num-prompts 0")
refused("--prefix-hit: 1.5; allowed: a number from 0 to 1"
        "search ${target} --gpus 8 --prefix-hit 1.5")
refused("--kv-offload-hit: 1.5; allowed: a number from 0 to 1"
        "search ${target} --gpus 8 --kv-offload-hit 1.5")
refused("--kv-offload-rate: 50GB; allowed: only with --kv-offload-hit"
        "search ${target} --gpus 8 --kv-offload-rate 50GB")
refused("--kv-offload-rate: 50; allowed: a number and its unit, GiB, GB, MiB or MB, or bytes, from 100000000 B to 1e+21 B"
        "search ${target} --gpus 8 --kv-offload-hit 0.5 --kv-offload-rate 50")
refused("--kv-offload-size: 1GiB; allowed: only with --kv-offload-hit"
        "search ${target} --gpus 8 --kv-offload-size 1GiB")
refused("--kv-offload-size: 128MiB; allowed: from 1310720000 B, what hosts hold of one prompt"
        "search ${target} --gpus 8 --input 20000 --kv-offload-hit 0.5 --kv-offload-size 128MiB")
expect(0 "" "50.0 % of the rest copied from the hosts at 50.0 GB/s.*note: 100GiB of a node's memory hold 819200 tokens of KV cache"
       "estimate ${target} --gpus 8 --layout vllm:tp=8 --kv-offload-hit 0.5 --kv-offload-size 100GiB")
refused("--engine: vLLM has to be told how much of a node's memory holds keys and values (--kv-offload-size); allowed: a layout and options that vllm-0.21 can be told, or another engine"
        "launch ${target} --gpus 8 --layout vllm:tp=8 --engine vllm --kv-offload-hit 0.5")
refused("--output-cv: 11; allowed: a number from 0 to 10"
        "search ${target} --gpus 8 --output-cv 11")
refused("--draft: 65; allowed: a whole number from 1 to 64"
        "search ${target} --gpus 8 --draft 65 --acceptance 0.5")
refused("--acceptance: nothing; allowed: a number from 0 to 1, since --draft is given"
        "search ${target} --gpus 8 --draft 3")
refused("--acceptance: 0.5; allowed: only with --draft" "search ${target} --gpus 8 --acceptance 0.5")
refused("--draft-time: 2ms; allowed: only with --draft" "search ${target} --gpus 8 --draft-time 2ms")
refused("--draft-memory: 2GB; allowed: only with --draft-time"
        "search ${target} --gpus 8 --draft 3 --acceptance 0.5 --draft-memory 2GB")
refused("--draft-memory: 2; allowed: a number and its unit, GiB, GB, MiB or MB, or bytes, from 1000000 B to 1e+15 B"
        "search ${target} --gpus 8 --draft 3 --acceptance 0.5 --draft-time 2ms --draft-memory 2")
expect(0 "" "reserve +3.22 GB +3.00 GiB"
       "estimate ${target} --gpus 8 --layout vllm:tp=8 --draft 3 --acceptance 0.5 --draft-time 2ms --draft-memory 2GiB")
refused("--expert-skew: 1.2; allowed: only without --expert-imbalance"
        "search ${target} --gpus 8 --expert-skew 1.2 --expert-imbalance 1.5")
refused("--expert-skew: 3.5; allowed: a number from 0 to 2" "search ${target} --gpus 8 --expert-skew 3.5")
refused("--expert-exchange: deepep; allowed: pairwise, hierarchical, low-latency, fastest"
        "search ${target} --gpus 8 --expert-exchange deepep")
refused("--dispatch: int4; allowed: bf16, fp8, fp4" "search ${target} --gpus 8 --dispatch int4")
foreach(option "expert-imbalance: 2" "expert-skew: 1.2" "expert-exchange: pairwise" "dispatch: fp8" "combine: fp8")
  string(REPLACE ":" "" given "${option}")
  refused("--${option}; allowed: only with a model of experts" "search ${target} --gpus 8 --${given}")
endforeach()
refused("--overlap-shared: given; allowed: only with a model of experts"
        "search ${target} --gpus 8 --overlap-shared")
refused("--microbatches: 0; allowed: a whole number from 1 to 1000000"
        "estimate ${target} --gpus 8 --layout vllm:tp=4 --microbatches 0")
refused("--prefill-gpus: 4; allowed: only with --decode-gpus"
        "estimate ${target} --gpus 8 --layout vllm:tp=4 --prefill-gpus 4")
refused("--decode-gpus: 3; allowed: a multiple of the layout's 2 GPUs"
        "estimate ${target} --gpus 8 --layout vllm:tp=2 --prefill-gpus 2 --decode-gpus 3")
refused("--prefill-gpus and --decode-gpus: 12; allowed: at most --gpus, 8"
        "estimate ${target} --gpus 8 --layout vllm:tp=4 --prefill-gpus 4 --decode-gpus 8")
refused("--output: 1; allowed: from 2 with a pool that only decodes"
        "estimate ${target} --gpus 8 --layout vllm:tp=4 --prefill-gpus 4 --decode-gpus 4 --output 1")
refused("--efficiency: mfu=2; allowed: a number from 1e-06 to 1"
        "search ${target} --gpus 8 --efficiency constant:mfu=2")
refused("--efficiency: speed=2; allowed: mfu=, bandwidth=, link=, launch="
        "search ${target} --gpus 8 --efficiency constant:speed=2")
refused("--efficiency: launch=5; allowed: ${time} from 0 s to 1 s"
        "search ${target} --gpus 8 --efficiency constant:launch=5")
refused("--efficiency: mfu=0.9, repeated; allowed: each key once"
        "search ${target} --gpus 8 --efficiency constant:mfu=0.1,mfu=0.9")
refused_naming("--engine: tgi; allowed: none, vllm, vllm-0.21, vllm-0.18, vllm-0.11, " ", trtllm-0.5, "
               "search ${target} --gpus 8 --engine tgi")
foreach(value 0 1.01 -0.5 nan 90% 0,9)
  refused("--memory-fraction: ${value}; allowed: a number from 1e-06 to 1"
          "search ${target} --gpus 8 --memory-fraction ${value}")
endforeach()
foreach(value 0 1.5 1000001)
  refused("--block-size: ${value}; allowed: ${whole}"
          "fit ${target} --gpus 8 --layout vllm:tp=1 --block-size ${value}")
endforeach()
set(stages "whole numbers from 1 to 10000 with / between them, at most 64")
refused("--layout: layers: 16/16/; allowed: ${stages}"
        "fit ${target} --gpus 8 --layout vllm:pp=2,layers=16/16/")
refused("--layout: redundant: 8; allowed: 0, or with ep=on"
        "estimate ${target} --gpus 8 --layout vllm:tp=8,redundant=8")
refused("--layout: redundant_experts: 8; allowed: 0 for a model without experts"
        "fit ${target} --gpus 8 --layout vllm:tp=8,ep=on,redundant=8")
refused_naming("--layout: nothing given; allowed: vllm:tp=8,dp=2,ep=on"
               " or product:ep=64,tp=2,pp=2,layers=9/7" "fit ${target} --gpus 8")
refused("--layout: tp: 0; allowed: ${whole}" "estimate ${target} --gpus 8 --layout vllm:tp=0")
refused("--layout: dp: 1000000000000; allowed: ${whole}"
        "estimate ${target} --gpus 8 --layout product:ep=1000000,dp=1000000")
refused("--model: no.json; allowed: a config.json that can be read"
        "search --model no.json --accelerator h100-sxm --gpus 8")

# Nothing where a value should be, and a value too many.
# Not by expect(), whose list of arguments would lose an empty one.
function(refused_empty option allowed)
  separate_arguments(arguments UNIX_COMMAND "${target}")
  execute_process(COMMAND ${PLAN} search ${arguments} --gpus 8 ${option} ""
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE error)
  set(line "shardline-plan: ${option}: nothing; allowed: ${allowed}")
  string(FIND "${error}" "${line}" start)
  set(all "${line}\n")
  if(NOT status EQUAL 64 OR NOT output STREQUAL "" OR NOT start EQUAL 0
     OR NOT (error STREQUAL all OR ARGN STREQUAL "AND_MORE"))
    string(APPEND complaints "${option} '': exit status ${status}, '${error}'\n")
    set(complaints "${complaints}" PARENT_SCOPE)
  endif()
endfunction()
refused_empty(--gpus-per-node "${whole}")
refused_empty(--max-ttft "${time} from 1e-09 s to 1000000000 s")
refused_empty(--weights "fp32, bf16, fp16, fp8, int8, int4, mxfp4, nvfp4")
refused_empty(--kv "${formats}")
refused_empty(--engine "none, vllm, vllm-0.21, vllm-0.18, " AND_MORE)
refused_empty(--memory-fraction "a number from 1e-06 to 1")
refused_empty(--block-size "${whole}")
refused_empty(--efficiency "fitted, fitted:engine=vllm, datasheet, constant:mfu=0.5,bandwidth=0.8")
refused("--input: nothing; allowed: prompt tokens per sequence (default: 2048)"
        "search ${target} --gpus 8 --input")

set(known "--help, --model, --model-spec, --accelerator, --memory, --set, --gpus, --gpus-per-node, --input, --output, --output-cv")
string(APPEND known ", --concurrency, --chunk, --prefix-hit, --kv-offload-hit, --kv-offload-rate, --kv-offload-size, --draft, --acceptance, --draft-time, --draft-memory, --weights, --kv, --engine, --memory-fraction, --block-size")
string(APPEND known ", --max-num-seqs, --max-running-requests, --max-batch-size, --max-num-batched-tokens, --chunked-prefill-size, --max-num-tokens, --max-model-len, --context-length, --max-seq-len, --eager, --enforce-eager, --disable-cuda-graph")
string(APPEND known ", --json, --csv, --md")
set(timed "${known}, --expert-imbalance, --expert-skew, --expert-exchange, --dispatch, --combine, --overlap-shared, --two-batch-overlap, --efficiency, --rate, --num-prompts, --max-ttft, --max-tpot")
refused("option of search: --turbocharge; allowed: ${timed}, --price, --objective, --simulate, --p99-ttft, --p99-tpot, --top, --html, --frontier, --launchable, --jobs, --part" "search ${target} --gpus 8 --turbocharge")
refused("option of search: --layout, an option of estimate, launch, explain, sensitivity and fit; allowed: ${timed}, --price, --objective, --simulate, --p99-ttft, --p99-tpot, --top, --html, --frontier, --launchable, --jobs, --part"
        "search ${target} --gpus 8 --layout vllm:tp=8")
refused("option of fit: --max-ttft, an option of estimate, search, pools, recommend, launch, compare, explain and sensitivity; allowed: ${known}, --layout, --lora-slots, --lora-rank, --expert-exchange"
        "fit ${target} --gpus 8 --layout vllm:tp=8 --max-ttft 1s")
refused("--gpus: given twice (8, 16); allowed: once" "search ${target} --gpus 8 --gpus 16")
refused("--set: memory=9e10; allowed: each figure once" "search ${target} --gpus 8 --set memory=8e10 --set memory=9e10")
refused("--draft: foo:3; allowed: a whole number from 0 to 64, or one of mtp, dspark, eagle3, dspark-block, eagle3-gqa with \":\" and a number behind it"
        "search ${target} --gpus 8 --draft foo:3")
# Of lists the nearest of all, whichever is named first.
foreach(lists "--gpus 4,8 --weights bf16,fp8" "--gpus 8,4 --weights fp8,bf16")
  expect(2 "" "\nthe nearest, with --weights fp8 --gpus 8\n"
         "search --model llama-3.1-70b --accelerator h100-sxm ${lists} --engine vllm --max-tpot 5ms")
endforeach()
# Which of its lists a recommendation chose, and all results in every form.
expect(0 "" "recommended: [^\n]*, with --accelerator h200-sxm --weights fp8\n"
       "recommend --model llama-3.1-70b --accelerator h100-sxm,h200-sxm --weights bf16,fp8 --engine vllm --gpus 16 --rate 2 --price 2.5,1")
expect(0 "" "\"accelerator\": \"h200-sxm\"" "recommend --model llama-3.1-70b --accelerator h100-sxm,h200-sxm --engine vllm --gpus 16 --rate 2 --price 2.5,1 --json")
expect(0 "" "^field,value\ntried," "recommend ${target} --engine vllm --gpus 8 --rate 2 --csv")
expect(0 "" "cost.dollars_per_gpu_hour" "search ${target} --gpus 8 --price 3 --csv")
expect(2 "" "^field,value\ntried,20\nfeasible,0\n" "search ${target} --gpus 8 --max-ttft 1us --csv")
expect(0 "" "^prefill" "pools ${target} --gpus 8 --rate 2 --csv")
expect(0 "" "tried: --concurrency 16..24;" "search ${target} --gpus 8 --concurrency 16..24 --top 1")

# Simulations, and files of what is sent.
set(priced "estimate ${target} --gpus 8 --layout vllm:tp=8")
set(launched "launch ${target} --gpus 8 --layout vllm:tp=8 --engine vllm")
set(repository "a repository or a folder: letters, digits, '-', '_', '.' and '/'")
set(rack "launch --model llama-3.1-8b --accelerator gb300 --gpus 8 --layout vllm:tp=8 --engine vllm")
refused("--gpus-per-host: nothing given; allowed: accelerators of one machine, of which several make a node of 72" "${rack}")
refused("--gpus-per-host: 3; allowed: a divisor of the node's 8 GPUs" "${rack} --gpus-per-host 3")
expect(0 "" "--nnodes 2 .*--node-rank 1 " "${rack} --gpus-per-host 4")
refused("--checkpoint: nothing; allowed: what the engine loads (default: the repository or the folder of --model)" "${launched} --checkpoint ''")
refused("--checkpoint: a$(id); allowed: ${repository}" "${launched} --checkpoint a$(id)")
refused("--checkpoint: a b; allowed: ${repository}" "${launched} --checkpoint 'a b'")
# A catalog's model is loaded from its repository; a file is no checkpoint.
expect(0 "" "vllm serve meta-llama/Llama-3.1-8B " "${launched}")
refused("--checkpoint: nothing given; allowed: what the engine loads: a repository or a folder, which --model does not name"
        "launch --model ${CMAKE_CURRENT_LIST_DIR}/deepseek-v3.json --accelerator h200-sxm --gpus 8 --layout vllm:tp=8 --engine vllm")
refused("--checkpoint: nothing given; allowed: what the engine loads: a repository or a folder, which --model does not name"
        "launch --model palm-8b --accelerator h100-sxm --gpus 8 --layout vllm:tp=8 --engine vllm")
expect(0 "" "name: router.*--decode http://llama-3-1-8b-decode-0.llama-3-1-8b-decode:8"
       "launch ${target} --gpus 8 --layout vllm:tp=2 --engine vllm --format lws --prefill-gpus 4 --decode-gpus 4")
expect(0 "" "note: 4 of 8 GPUs are in a pool, the others idle"
       "estimate ${target} --gpus 8 --layout vllm:tp=2 --engine vllm --prefill-gpus 2 --decode-gpus 2")
expect(0 "" "1 GPU\n" "estimate ${target} --gpus 8 --layout vllm:tp=1")
refused("--format: lws; allowed: shell or slurm: manifests name NVIDIA's GPUs, and this is mi300x"
        "launch --model llama-3.1-8b --accelerator mi300x --gpus 8 --layout vllm:tp=8 --engine vllm --format lws")
refused("--engine: trtllm-1.0; allowed: on NVIDIA's accelerators alone, and this is mi300x"
        "launch --model llama-3.1-8b --accelerator mi300x --gpus 8 --layout trtllm:tp=8 --engine trtllm")
refused("--set: memory=8e10; allowed: only without --memory"
        "estimate ${target} --gpus 8 --layout vllm:tp=8 --memory 60GB --set memory=8e10")
refused("--simulate: 0; allowed: a whole number from 1 to 1000000000" "${priced} --simulate 0")
refused("--trace: a.csv; allowed: only with --simulate" "${priced} --trace a.csv")
refused("--simulate: 1; allowed: only without --prefill-gpus"
        "estimate ${target} --gpus 16 --layout vllm:tp=8 --simulate 1 --prefill-gpus 8 --decode-gpus 8")
refused("option of search: --trace, an option of estimate; allowed: ${timed}, --price, --objective, --simulate, --p99-ttft, --p99-tpot, --top, --html, --frontier, --launchable, --jobs, --part"
        "search ${target} --gpus 8 --trace a.csv")
cmake_path(GET PLAN PARENT_PATH built)
set(trace ${built}/refused_trace.csv)
set(lines "lines of seconds, prompt tokens and output tokens, \"0.25,2048,512\", in the order of their time")
function(refused_trace what text)
  file(WRITE ${trace} "${text}")
  refused("--trace: ${trace}${what}; allowed: ${lines}" "${priced} --simulate 1 --trace ${trace}")
  set(complaints "${complaints}" PARENT_SCOPE)
endfunction()
refused_trace(": no line" "")
refused_trace(", line 1: x" "x,2048,512\n")
refused_trace(", line 2: 0" "0,2048,512\n1,0,512\n")
refused_trace(", line 2: 0.5" "1,2048,512\n0.5,2048,512\n")
refused_trace(", line 1: 7" "0,2048,512,7\n")
refused_trace(", line 1: nothing" "0,2048\n")
function(refused_long what text)
  file(WRITE ${trace} "${text}")
  refused("--trace: ${trace}${what}; allowed: together at most the model's 131072"
          "${priced} --simulate 1 --trace ${trace}")
  set(complaints "${complaints}" PARENT_SCOPE)
endfunction()
refused_long(", line 2: 131072 and 1 tokens" "0,131071,1\n1,131072,1\n")
# What would run for minutes is refused by what makes it long.
function(refused_simulation start arguments)
  refused_naming("--simulate: ${start}" "a lower " "${priced} --simulate 1 ${arguments}")
  set(complaints "${complaints}" PARENT_SCOPE)
endfunction()
refused_simulation("" "--rate 300000")
refused_simulation("1e+08 requests sent to a replica that serves " "--num-prompts 100000000")
refused_simulation("" "--concurrency 10000000 --input 16 --output 16")
refused("--trace: ${trace}; allowed: only without --rate"
        "${priced} --rate 1 --simulate 1 --trace ${trace}")
file(REMOVE ${trace})

# Percentiles: what was found shows them, what was not says which and by how much; pools likewise.
set(served "search ${target} --gpus 2 --engine vllm --rate 4 --top 1")
expect(0 "" "TTFT p50 +p99 .*\n +1 .* ms" "${served} --p99-ttft 2s")
expect(0 "" "\"simulated\": {.*\"p99\": " "${served} --p99-ttft 2s --json")
expect(0 "" "simulated.ttft_s.p99" "${served} --p99-ttft 2s --csv")
expect(2 "" "the nearest\n.*\n    the time to first token of 99 in 100 requests is longer than allowed: [0-9.]+ ms required, 60.0 ms available"
       "${served} --p99-ttft 60ms")
expect(2 "" "to read prompts: [0-9]+ layouts tried.*to decode: .*, 0 feasible.*the nearest"
       "pools ${target} --gpus 4 --engine vllm --max-tpot 1us")
refused("--num-prompts: 10; allowed: none with pools, which are priced in steady state"
        "pools ${target} --gpus 4 --num-prompts 10")
# Only what launch can start, of one engine that it can.
set(startable "vllm, vllm-0.21, vllm-0.18, vllm-0.11, sglang, sglang-0.5.17, sglang-0.5, trtllm, trtllm-1.0")
refused("--launchable: given; allowed: only with --engine ${startable}" "search ${target} --gpus 8 --launchable")
refused("--launchable: given; allowed: only with one value of --engine" "search ${target} --gpus 8 --engine vllm,sglang --launchable")
refused("--launchable: given; allowed: only without --frontier" "search ${target} --gpus 8 --engine vllm --launchable --frontier")
expect(0 "" "launch cannot start the first of these: " "search --model deepseek-v3 --accelerator h200-sxm --gpus 16 --engine vllm --concurrency 256")
expect(2 "" "no layout that launch can start" "search --model llama-3.1-8b --accelerator mi300x --gpus 2 --engine trtllm --launchable")
refused("--price: 3; allowed: only without pools (--prefill-gpus)" "estimate ${target} --gpus 16 --layout vllm:tp=8 --prefill-gpus 8 --decode-gpus 8 --engine vllm --price 3")
expect(2 "" "\"feasibility\": {\n *\"feasible\": false" "sensitivity --model llama-3.1-70b --accelerator h100-sxm --gpus 1 --layout vllm:tp=1 --json")
# Near saturation a slope alone says that a first token would come before its request.
expect(0 "" "memory_rate +-[0-9][0-9][.][0-9]+ %" "sensitivity ${target} --gpus 1 --layout vllm:tp=1 --engine vllm --concurrency 64 --rate 6.43")
# What fits by fit fits by estimate: experts fall as unevenly in both.
expect(0 "" "\"activation_bytes\": 4413455951," "fit --model mixtral-8x7b --accelerator l40s --gpus 8 --engine trtllm --layout trtllm:tp=8,attention-dp=on,ep=8 --input 2000 --output 600 --concurrency 8 --json")
# Larger replicas than there are GPUs for.
expect(2 "" "with more GPUs: 2 GPUs" "recommend --model nemotron-h-8b --accelerator rtx-4090 --gpus 1 --engine vllm --concurrency 64 --input 2048 --output 256 --rate 2.33 --memory-fraction 0.9")
# What is registered to exchange tokens is held by whatever counts memory.
expect(0 "" "\"reserve_bytes\": 7011534110" "fit --model deepseek-v3 --accelerator h200-sxm --gpus 16 --engine vllm --layout vllm:tp=1,dp=16,ep=on,all2all=on --expert-exchange low-latency --concurrency 8 --json")

# What is recommended and launched.
refused("--rate: nothing given; allowed: requests per second that arrive at random and are to be served; --concurrency is then the most that run in a replica"
        "recommend ${target} --gpus 8")
expect(2 "" "no recommendation on 8 GPUs or fewer; the nearest\n  [0-9]+ GPUs, .*\n    the time per output token is longer"
       "recommend ${target} --gpus 8 --rate 1 --max-tpot 1us")
expect(0 "" "\"gpus\": 1,.*\"replica\": .*\"fewer\": {" "recommend ${target} --gpus 8 --rate 1 --json")
# Of as many dollars the fewer GPUs, 1 x 6 before 3 x 2 whose tokens come sooner.
expect(0 "" "recommended: 1 GPU, .*--accelerator mi300x"
       "recommend --model llama-3.1-70b --accelerator h100-sxm,mi300x --price 2,6 --gpus 16 --rate 0.2 --concurrency 16 --engine vllm")
# What is recommended is not said again as what more GPUs would do.
execute_process(COMMAND ${PLAN} recommend --model llama-3.1-70b --accelerator h100-sxm --gpus 16 --rate 0.2
                --concurrency 16 --engine vllm OUTPUT_VARIABLE recommended)
if(NOT recommended MATCHES "none on [0-9]+ GPU" OR recommended MATCHES "with more GPUs")
  string(APPEND complaints "what more GPUs would do: ${recommended}\n")
endif()
# Answers of one token have no time per output token.
expect(0 "" "time per output token +-\n" "estimate ${target} --gpus 8 --layout vllm:tp=8 --output 1")
expect(0 "" "time per output token +- +- +- +-\n"
       "estimate ${target} --gpus 8 --layout vllm:tp=8 --output 1 --simulate 1")
expect(0 "" "\"tpot_s\": null,.*\"d_tpot_s\": null"
       "sensitivity ${target} --gpus 8 --layout vllm:tp=8 --output 1 --json")
expect(0 "" "time per output token +- +-\n" "compare vllm:tp=8 vllm:tp=4 ${target} --gpus 8 --output 1")
set(started "launch ${target} --gpus 8")
refused("--engine: nothing given; allowed: ${startable}" "${started} --layout vllm:tp=8")
refused("--engine: none; allowed: ${startable}" "${started} --layout vllm:tp=8 --engine none")
refused("--engine: vllm-2023 (did you mean vllm-0.21?); allowed: ${startable}"
        "${started} --layout vllm:tp=8 --engine vllm-2023")
set(pooled "--engine vllm --prefill-gpus 4 --decode-gpus 4 --layout vllm:tp=2 --decode-layout")
expect(0 "" "prefill 1, 2 GPUs.*decode 0, 4 GPUs.*tensor-parallel-size 4 " "${started} ${pooled} vllm:tp=4")
expect(0 "" "decoding in\n.*vllm:tp=4" "estimate ${target} --gpus 8 ${pooled} vllm:tp=4")
expect(0 "" "\"decode_layout\": {" "estimate ${target} --gpus 8 ${pooled} vllm:tp=4 --json")
refused("--decode-layout: vllm:tp=1; allowed: what the cache of --layout can be sent to: cp 1, and tp as large or a multiple of it (the same of a recurrent state, any of latents)"
        "${started} ${pooled} vllm:tp=1")
# Connectors send caches between some numbers of pipeline stages.
refused("--decode-layout: vllm:tp=4; allowed: pipeline stages (pp) between which vllm-0.21 sends caches: one in either pool"
        "estimate ${target} --gpus 16 --engine vllm --prefill-gpus 4 --decode-gpus 4 --layout vllm:tp=2,pp=2 --decode-layout vllm:tp=4")
refused("--layout: vllm:tp=2,pp=2; allowed: pp between which vllm-0.21 sends caches: one in either pool"
        "launch ${target} --gpus 8 --engine vllm --prefill-gpus 4 --decode-gpus 4 --layout vllm:tp=2,pp=2")
refused("--decode-layout: sglang:tp=1,pp=4; allowed: pipeline stages (pp) between which sglang-0.5.17 sends caches: as many as of --layout, or one"
        "estimate ${target} --gpus 8 --engine sglang --prefill-gpus 4 --decode-gpus 4 --layout sglang:tp=1,pp=2 --decode-layout sglang:tp=1,pp=4")
refused("--layout: sglang:tp=4,attn-cp=2; allowed: cp 1 where tokens are decoded: another --decode-layout"
        "estimate ${target} --gpus 8 --engine sglang --prefill-gpus 4 --decode-gpus 4 --layout sglang:tp=4,attn-cp=2")
expect(0 "" "attn-cp-size 2.*enable-prefill-cp.*cp-strategy zigzag " "launch ${target} --gpus 8 --engine sglang --layout sglang:tp=8,attn-cp=2")
refused("--decode-layout: vllm:tp=4; allowed: only with --prefill-gpus"
        "${started} --engine vllm --layout vllm:tp=8 --decode-layout vllm:tp=4")
refused("--decode-gpus: 4; allowed: a multiple of the layout's 8 GPUs" "${started} ${pooled} vllm:tp=8")
refused("--format: helm; allowed: shell, slurm, lws, dynamo, llm-d"
        "${started} --layout vllm:tp=8 --engine vllm --format helm")
refused("--weights: int4; allowed: fp8, or a checkpoint in that format (--checkpoint)"
        "${started} --layout vllm:tp=8 --engine vllm --weights int4")
refused("--draft-checkpoint: a/b; allowed: only with --draft-time"
        "${started} --layout vllm:tp=8 --engine vllm --draft-checkpoint a/b")
refused("--engine: vLLM splits prompts (cp) of one replica only (dp = 1); allowed: a layout and options that vllm-0.21 can be told, or another engine"
        "${started} --layout mesh:tp=2,cp=2,dp=2,etp=8 --engine vllm")
refused("--format: llm-d's chart runs vLLM; allowed: shell or slurm, or another engine"
        "${started} --layout sglang:tp=8 --engine sglang --format llm-d")
expect(2 "" "^infeasible\n  violated: tensor parallelism [(]tp[)] must divide the attention heads: 3"
       "${started} --layout vllm:tp=3 --engine vllm")

# Comparisons, and what tokens cost.
refused("layouts: 1; allowed: two, as --layout of estimate has them"
        "compare vllm:tp=8 ${target} --gpus 8")
expect(2 "" "A: tp8 cp1 dp1 [|] pp1\nfeasible\nB: tp3 .*\ninfeasible\n" "compare vllm:tp=8 vllm:tp=3 ${target} --gpus 8")
expect(2 "" "time to first token +grows without end +grows without end\n" "compare vllm:tp=8 vllm:tp=4,dp=2 ${target} --gpus 8 --engine vllm --concurrency 256 --rate 800")
expect(0 "" "\"decode_differences\": .*\"difference_s\"" "compare vllm:tp=8 vllm:tp=4 ${target} --gpus 8 --json")
expect(2 "" "endless" "sensitivity ${target} --gpus 8 --layout vllm:tp=8 --rate 100000 --max-ttft 1s")
expect(2 "" "\"ttft_elasticity\": null" "sensitivity ${target} --gpus 8 --layout vllm:tp=8 --rate 100000 --max-ttft 1s --json")
expect(0 "" "\"figure\": \"memory_rate\".*\"tpot_elasticity\": -0" "sensitivity ${target} --gpus 8 --layout vllm:tp=8 --json")
expect(0 "" "\"difference_s\": .*\"a\": [[].*\"each_is\": .*\"b\": [[]" "compare vllm:tp=8 vllm:tp=4 ${target} --gpus 8 --json")

# What a step is made of.
set(explained "explain ${target} --gpus 8 --layout vllm:tp=8")
expect(0 "" "\"prefill\": .*\"each_is\": \"2 x 2048 x 4096 x 3584 FLOP / [(]989 TFLOP/s x .*\"decode\": .*\"sensitivity\""
       "${explained} --json")
expect(0 "" "what would make it faster" "${explained} --draft 2 --acceptance 0.5 --two-batch-overlap")
expect(2 "" "\ninfeasible\n" "explain ${target} --gpus 8 --layout vllm:tp=3")
# Only chunks of a prompt stand in one row though some take less: kernels that differ are apart.
set(hybrid "explain --model nemotron-h-8b --accelerator l40s --gpus 4 --layout vllm:tp=2,pp=2")
foreach(unlike "${hybrid}" "explain --model qwen3-next-80b-a3b --accelerator h200-sxm --gpus 8 --layout vllm:tp=8"
    "explain --model mixtral-8x7b --accelerator mi300x --gpus 8 --layout vllm:tp=8" "${hybrid} --two-batch-overlap")
  never("\"varies\": true" "${unlike} --json")
  never("at most (" "${unlike}")
endforeach()
expect(0 "" "state space, decoding +24 .*convolution, decoding +24 " "${hybrid}")
expect(0 "" "\"varies\": true" "${hybrid} --chunk 700 --json")
refused("--chrome-trace: nothing; allowed: file to write a prompt and a decode step into, which Perfetto and chrome://tracing open (default: none)"
        "${explained} --chrome-trace=")
# The same as rows.
expect(0 "" "^name,parameters,active_parameters,[^\n]*\nllama-2-7b,6738415616,6738415616," "models --csv")
expect(0 "" "^In every row: source [^\n]*\n\n[|] name [|] parameters [|]" "models --md")
expect(0 "" "^table,line,operator,times,[^\n]*\nprefill.operators,[^\n]*\n.*\ndecode.operators,all-reduce,8 ranks,65.0,"
       "${explained} --csv")
expect(0 "" "^flags,model.name,.*,layout.attention.tp,.*,decode.terms.attention,[^\n]*\n[^\n]*,llama-3.1-8b,"
       "search ${target} --gpus 8 --csv")
expect(0 "" "\n[|] flags [|] layout.attention.tp [|] [^\n]*[|] serving.ttft_s [|]" "search ${target} --gpus 8 --md")
expect(0 "" "^field,value\nmodel.name,llama-3.1-8b\n.*\nengine.receive_interval,1.0" "estimate ${target} --gpus 8 --layout vllm:tp=8 --csv")
expect(0 "" "^figure,unit,d_ttft_s," "sensitivity ${target} --gpus 8 --layout vllm:tp=8 --csv")
refused("--csv: given; allowed: only without --json" "models --json --csv")
refused("--md: given; allowed: only without --csv" "search ${target} --gpus 8 --csv --md")
refused("--chrome-trace: t.json; allowed: only without --two-batch-overlap"
        "${explained} --two-batch-overlap --chrome-trace t.json")
refused("--price: 0; allowed: dollars per GPU and hour, above 0 and up to 1000000" "search ${target} --gpus 8 --price 0")
refused("--price: 2$; allowed: dollars per GPU and hour, above 0 and up to 1000000" "search ${target} --gpus 8 --price '2$'")
expect(0 "" "\"dollars_per_million_tokens\": [0-9.]+,.*\"watts_per_gpu\": null"
       "estimate ${target} --gpus 8 --layout vllm:tp=8 --price 2 --json")

refused("shell: tcsh; allowed: bash, zsh, fish" "completion tcsh")
refused("shell: nothing; allowed: bash, zsh, fish" "completion")

# A line break in a value must not break the line.
refused("subcommand: fly?by; allowed: estimate, search, merge, pools, recommend, launch, compare, explain, sensitivity, fit, batch, models, accelerators, engines, fields, completion" "'fly\nby'")
refused("--gpus: 8?8; allowed: ${whole}" "search ${target} --gpus '8\n8'")
refused("--model: a?b/c.json; allowed: a config.json that can be read"
        "search --model 'a\nb/c.json' --accelerator h100-sxm --gpus 8")

# A file beside the configuration that cannot be read is not an absent one.
cmake_path(GET PLAN PARENT_PATH built)  # wherever this is run from
set(beside ${built}/refusals)
set(quantisation ${beside}/hf_quant_config.json)
function(refused_beside)
  refused("--model: ${quantisation}; allowed: no such file, or one with text to read"
          "search --model '${beside}/config.json' --accelerator h100-sxm --gpus 8")
  file(REMOVE_RECURSE ${quantisation})
  set(complaints "${complaints}" PARENT_SCOPE)
endfunction()
file(REMOVE_RECURSE ${beside})
file(COPY_FILE ${CMAKE_CURRENT_LIST_DIR}/deepseek-v3.json ${beside}.json)
file(MAKE_DIRECTORY ${beside})
file(RENAME ${beside}.json ${beside}/config.json)
file(TOUCH ${quantisation})
refused_beside()
file(MAKE_DIRECTORY ${quantisation})
refused_beside()
if(NOT CMAKE_HOST_WIN32)
  file(CREATE_LINK nowhere ${quantisation} SYMBOLIC)
  refused_beside()
endif()
if(EXISTS /proc/self/mem)  # opens, then fails to be read
  refused("--model: /proc/self/mem; allowed: a config.json that can be read"
          "search --model /proc/self/mem --accelerator h100-sxm --gpus 8")
endif()

# A dense model in the notation of two meshes.
expect(2 "" "the expert mesh, etp ep edp, must have the same number of ranks, without experts too"
       "estimate ${target} --gpus 8 --layout mesh:tp=8")
set(rule "more GPUs than the cluster has: 16384 required, 64 available")
expect(2 "" "infeasible\n  violated: [^\n]*${rule}\n.*serving in steady state"
       "estimate ${target} --gpus 64 --layout product:ep=64,tp=16,pp=4,dp=4")
expect(2 "" "no feasible layout\n\n20 layouts tried, 0 feasible\n"
       "search ${target} --gpus 8 --max-tpot 1us")
expect(2 "" "\"layouts\": \\[\\]" "search ${target} --gpus 8 --max-tpot 1us --json")
# Each layout that is found says what to type of it, in the convention of the engine.
expect(0 "" "\"flags\": \"sglang:tp=8\"" "search ${target} --gpus 8 --engine sglang --json")
expect(0 "" "^flags,model.name,[^\n]*\n\"?vllm:[^\n]*\n" "search ${target} --gpus 8 --engine vllm --csv")
expect(2 "" "\"layouts\": \\[\\],.*\"flags\": \"vllm:" "search ${target} --gpus 8 --max-tpot 1us --json")
expect(0 "" "\"replica\": {[ \n]*\"flags\": \"" "recommend ${target} --gpus 8 --rate 1 --json")
expect(0 "" "\"any_layout\": {[^}]*}[^}]*}[^}]*\"flags\": \"vllm:" "fit ${target} --gpus 8 --layout vllm:tp=8 --json")
expect_file(2 nearest.out
  "search --model llama-3.1-70b --accelerator h100-sxm --gpus 4 --concurrency 96 --max-tpot 30ms --engine vllm")
# fit: 0 where a single sequence fits, be it fewer than asked for; 2 where none does, where another
# rule is broken, and where no layout can help.
set(large "--model llama-3.1-70b --accelerator h100-sxm --gpus 8")
expect(0 "" "infeasible\n  violated: the fullest GPU.*sequences of 2560 tokens  *[1-9]"
       "fit ${large} --layout vllm:tp=2 --concurrency 1000")
expect(2 "" "sequences of 2560 tokens  *0\n.*with these degrees  *none.*any layout  *3: "
       "fit ${large} --layout vllm:tp=1")
expect(2 "" "tp. must divide the attention heads: 3 .*what fits\n  fewest GPUs with any layout"
       "fit ${large} --layout vllm:tp=3")
expect(2 "" "no layout mends" "fit ${large} --layout vllm:tp=8 --input 131072 --output 1")
expect(2 "" "any layout  *more than 1024\n"
       "fit ${large} --layout vllm:tp=1 --input 100000 --concurrency 1000000")
expect(2 "" "must be pp in number.*what fits" "fit ${large} --layout vllm:tp=1,pp=2,layers=40/39")
expect(2 "" "\"sequences\": null.*\"longest_context\": null.*\"these_degrees\": null"
       "fit ${large} --layout vllm:tp=3 --json")
expect(0 "" "SUBCOMMAND" "--help")
expect(0 "" "^shardline-plan [0-9]+[.][0-9]+[.][0-9]+\n$" "--version")
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

lists(--model colossus "search --accelerator h100-sxm --gpus 8" "[^\n]*llama-3.1-8b" config.json)
lists(--accelerator h999 "search --model llama-3.1-8b --gpus 8" a100-sxm-40 plan-400)

# A name that is nearly known is answered by the known one.
refused_naming("--model: gpt-9 (did you mean gpt-2?); allowed: " config.json
               "search --model gpt-9 --accelerator h100-sxm --gpus 8")
refused_naming("--engine: vllm-0.6 (did you mean vllm-0.11?); allowed: " sglang-0.5
               "launch ${target} --gpus 8 --layout vllm:tp=8 --engine vllm-0.6")
refused_naming("--engine: vllm-0.15 (did you mean vllm-0.11 or vllm-0.18?); allowed: " sglang-0.5
               "estimate ${target} --gpus 8 --layout vllm:tp=8 --engine vllm-0.15")
refused_naming("--accelerator: h100 (did you mean h100-sxm?); allowed: " plan-400
               "search --model llama-3.1-8b --accelerator h100 --gpus 8")
refused_naming("option of search: --concurency (did you mean --concurrency?); allowed: " --top
               "search ${target} --gpus 8 --concurency 2")

# Engines' own options, refused where they are another's or contradict.
set(deployed "fit ${target} --gpus 8 --layout vllm:tp=8")
refused("--max-num-seqs: 64; allowed: only with --engine vllm"
        "${deployed} --engine sglang --max-num-seqs 64")
refused("--chunked-prefill-size: 64; allowed: only with --engine sglang"
        "${deployed} --chunked-prefill-size 64")
refused("--max-num-batched-tokens: 256; allowed: at least --max-num-seqs, 512"
        "${deployed} --engine vllm --max-num-seqs 512 --max-num-batched-tokens 256")
refused("--chunk: 2048; allowed: only without --max-num-batched-tokens, which means the same"
        "${deployed} --engine vllm --chunk 2048 --max-num-batched-tokens 4096")
refused("--concurrency: 64; allowed: at most --max-num-seqs on each of 1 replica, 32"
        "${deployed} --engine vllm --max-num-seqs 32")
refused("--max-model-len: 2048; allowed: at least --input and --output, 2560"
        "${deployed} --engine vllm --max-model-len 2048")
refused("--max-model-len: 131073; allowed: at most the model's 131072 tokens"
        "${deployed} --engine vllm --max-model-len 131073")
refused("--eager: given; allowed: only with an --engine" "${deployed} --eager")
refused("--enforce-eager: given; allowed: only with --engine vllm" "${deployed} --engine sglang --enforce-eager")
refused("--disable-cuda-graph: given; allowed: only with --engine sglang" "${deployed} --disable-cuda-graph")
foreach(name vllm=--enforce-eager sglang=--disable-cuda-graph)
  string(REPLACE "=" ";" name "${name}")
  list(GET name 0 engine)
  list(GET name 1 option)
  separate_arguments(words UNIX_COMMAND "${deployed} --engine ${engine}")
  execute_process(COMMAND ${PLAN} ${words} --eager OUTPUT_VARIABLE eager)
  execute_process(COMMAND ${PLAN} ${words} ${option} OUTPUT_VARIABLE named)
  if(NOT eager STREQUAL named OR eager STREQUAL "")
    string(APPEND complaints "${option}: not what --eager prints\n")
  endif()
endforeach()

# More memory can mean longer steps, and a later first token: then it is said.
set(steps "note: sglang-0.5.17 chooses its steps by the memory: 16384 tokens here, 8192 with the 150 GB of h200-sxm; --chunk sets others")
foreach(larger "--memory 180GB" "--set memory=180e9")
  expect(0 "" "${steps}" "estimate --model llama-3.1-8b --accelerator h200-sxm --gpus 8 --layout sglang:tp=8 --engine sglang ${larger}")
endforeach()

# Only a file can be mended.
expect(0 "" "priced with the kernels of [a-z0-9-]+\n" "estimate --model llama-3.1-8b --accelerator plan-400 --gpus 8 --layout vllm:tp=8")
refused("--lora-rank: 8; allowed: only with --lora-slots" "${deployed} --lora-rank 8")
expect(0 "" "room for steps of 4096 tokens, 64 sequences"
       "${deployed} --engine vllm --max-num-seqs 64 --max-num-batched-tokens 4096 --eager")

expect(0 "" "\n  reserve +7.01 GB "
       "estimate --model deepseek-v3 --accelerator h200-sxm --gpus 16 --layout vllm:dp=16,ep=on,all2all=on --engine vllm --expert-exchange low-latency")

# Accelerators from files, and single figures.
set(folder "${CMAKE_CURRENT_BINARY_DIR}/refusals-folder")
file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${folder})
set(sizes "a number and its unit, GiB, GB, MiB or MB, or bytes, from 100000000 B to 1e+15 B")
refused("--memory: 80TB; allowed: ${sizes}" "${deployed} --memory 80TB")
foreach(value 80 80B 80MB 1e7 80Gb)  # of GB, say
  refused("--memory: ${value}; allowed: ${sizes}" "${deployed} --memory ${value}")
endforeach()
foreach(figure memory=80 memory_rate=3350 scale_up.rate=450 network.rate=50 peak.bf16=989 last_level_cache=50)
  string(REPLACE "=" ": " given "${figure}")
  refused_naming("--set: ${given}; allowed: a number from 1" "e+" "${deployed} --set ${figure}")
endforeach()
expect(0 "" "note: h100-sxm has no bf16: computed in fp16" "${deployed} --set peak.bf16=0")
expect(0 "" "note: trtllm-1.0 runs on NVIDIA's accelerators alone: mi300x is priced as if it did"
       "fit --model llama-3.1-8b --accelerator mi300x --gpus 8 --layout trtllm:tp=8 --engine trtllm")
expect(0 "" "capacity +79.5 GB" "${deployed} --memory 74GiB")
refused("--set: peak.fp8: -1; allowed: a number from 1000000000 to 1e+21, or 0 [FLOP/s]" "${deployed} --set peak.fp8=-1")
refused("--set: memory; allowed: field=number, as memory=8e10 (see fields)"
        "${deployed} --set memory")
file(WRITE ${folder}/mine.json "{\"name\": \"mine\", \"like\": \"h100-sxm\", \"memory\": 4e10}")
expect(0 "" "8 x mine, 8 per node"
       "fit --model llama-3.1-8b --accelerator ${folder}/mine.json --gpus 8 --layout vllm:tp=8")
# Whose kernels run on a chip that says no architecture is said.
set(own "\"name\": \"mine\", \"vendor\": \"nvidia\", \"memory\": 4e10, \"memory_rate\": 8e11, \"peak\": {\"bf16\": 3e14}")
file(WRITE ${folder}/own.json "{${own}}")
expect(0 "" "note: no architecture is given of mine: priced with the kernels of [a-z0-9-]+; its file can say"
       "estimate --model llama-3.1-8b --accelerator ${folder}/own.json --gpus 1 --layout vllm:tp=1")
file(WRITE ${folder}/mine.json "{\"name\": \"mine\", \"like\": \"h100\"}")
refused_naming("--accelerator: ${folder}/mine.json: $.like: \"h100\" (did you mean h100-sxm?); allowed: a100-sxm-40, " "gaudi3"
        "fit --model llama-3.1-8b --accelerator ${folder}/mine.json --gpus 8 --layout vllm:tp=8")

file(WRITE ${folder}/spec.json "{\"name\": \"mine\", \"like\": \"llama-3.1-8b\", \"weights\": \"fp8\"}")
expect(0 "" "^mine: 8.03B parameters"
       "fit --model-spec ${folder}/spec.json --accelerator h100-sxm --gpus 8 --layout vllm:tp=8")
refused("--model-spec: ${folder}/spec.json; allowed: only without --model"
        "fit --model llama-3.1-8b --model-spec ${folder}/spec.json --accelerator h100-sxm --gpus 8 --layout vllm:tp=8")
refused("--model: nothing given; allowed: name in the catalog, or path of a config.json or of a folder that has one, or --model-spec"
        "fit --accelerator h100-sxm --gpus 8 --layout vllm:tp=8")
file(WRITE ${folder}/spec.json "{\"like\": \"llama-3.1-8b\", \"layer\": 3}")
refused_naming("--model-spec: ${folder}/spec.json: $.layer (did you mean layers?): not known; allowed: " layers
               "fit --model-spec ${folder}/spec.json --accelerator h100-sxm --gpus 8 --layout vllm:tp=8")

# What is given in place of a configuration.
refused("--model: ${folder}; allowed: a config.json, or a folder that has one"
        "search --model ${folder} --accelerator h100-sxm --gpus 8")
file(WRITE ${folder}/m.gguf "GGUF")
refused("--model: ${folder}/m.gguf: $: a GGUF of llama.cpp; allowed: the config.json of the model that it was made from"
        "search --model ${folder}/m.gguf --accelerator h100-sxm --gpus 8")
file(COPY_FILE ${CMAKE_CURRENT_LIST_DIR}/deepseek-v3.json ${folder}/config.json)
file(WRITE ${folder}/model.safetensors.index.json "{\"metadata\": {\"total_size\": 700000000000}}")
expect(0 "" "note: model.safetensors.index.json: 700000000000 B in the checkpoint; [0-9]+ B are counted"
       "fit --model ${folder} --accelerator h200-sxm --gpus 8 --layout vllm:tp=8")
file(REMOVE_RECURSE ${folder})

# The lists.
expect(0 "" "^name +parameters.*deepseek-v3 .*glm4_moe" "models")
expect(0 "" "\"name\": \"rtx-4090\".*\"times\": " "accelerators --json")
expect(0 "" "vllm-0.21 +measured +vllm-0.21 .* measured +vllm-0.18 " "engines")
expect(0 "" "fitted:engine=vllm-0.21 \\(measured of vllm-0.18\\)" "search ${target} --gpus 1")
expect(0 "" "fitted:engine=vllm-0.18 \\(measured\\)" "search ${target} --gpus 1 --engine vllm-0.18")
expect(0 "" "scale_up.latency +a number from 0 to 1 +s" "fields")
expect(0 "" "layers\\[\\].attention grouped_query.kv_heads +a whole number from 1 to 100000 .*--model-spec"
       "fields")

if(NOT complaints STREQUAL "")
  message(FATAL_ERROR "${complaints}")
endif()
