// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/launch/plan.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "command.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/io/launch/shell.hpp"
#include "shardline/io/text/layout.hpp"
#include "shardline/plan/search.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;
using launch_tests::parsed;

launch_request request_of(const engine_version& e, const model& m, const layout& l) {
  launch_request r{.model = m, .layout = l, .engine = e};
  r.runtime = runtime_on(e, catalog::h200_sxm);
  r.workload = {.concurrency = 512, .input = 2048_tokens, .output = 512_tokens};
  r.workload.chunk = tokens<>::from_value(8192.0);
  r.memory = catalog::h200_sxm.memory;
  r.checkpoint = "org/model";
  return r;
}

// The convention's text of what was parsed, of the dialect's degrees alone.
std::string flags_of(const launch_dialect& d, const parsed& options) {
  std::string text = std::string(d.engine) + ":";
  for (const auto& [name, value] : options) {
    const launch_option& o = *d.find(name);
    if (o.field != launch_field::degree) continue;
    std::string key = name.starts_with("--") ? name.substr(2) : name;
    std::string said = o.type == option_type::present ? "on" : value;
    if (o.type == option_type::truth) said = value == "true" ? "on" : "off";
    for (char& c : said) c = c == ',' ? '/' : c;
    if (said.front() == '[') said = said.substr(1, said.size() - 2);
    text += (text.back() == ':' ? "" : ",") + key + "=" + said;
  }
  return text;
}

// What stands apart from the degrees, in each engine's own words.
std::string experts_of(const parsed& options, integer experts) {
  std::string text;
  const auto value = [&](const char* name) {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  };
  const std::string backend = value("--all2all-backend") + value("VLLM_ALL2ALL_BACKEND");
  if (!backend.empty() && backend != "allgather_reducescatter") text += ",all2all=on";
  if (!value("--moe-a2a-backend").empty()) text += ",all2all=on";
  if (value("moe_config.backend") == "WIDEEP") text += ",all2all=on";
  if (const std::string eplb = value("--eplb-config"); !eplb.empty()) {
    text += ",redundant=" + nlohmann::json::parse(eplb)["num_redundant_experts"].dump();
  }
  if (const std::string slots = value("moe_config.load_balancer.num_slots"); !slots.empty()) {
    text += ",redundant=" + std::to_string(std::stoll(slots) - experts);
  }
  return text;
}

bool same_stages(const layout& a, const layout& b, integer layers) {
  for (integer stage = 0; stage < a.pp; ++stage) {
    if (!(layers_of_stage(a, layers, stage) == layers_of_stage(b, layers, stage))) return false;
  }
  return a.pp == b.pp;
}

// The layout that the printed text makes, replicas of it taken together.
layout layout_of(const launch_plan& p, const said_options& facts, integer experts) {
  const std::string shell = shell_text(p, 8);
  const auto commands = launch_tests::commands_in(shell, p.dialect->program);
  const launch_server& s = p.servers[0];
  CHECK(static_cast<integer>(commands.size()) == s.instances * (s.whole_world ? 1 : s.nodes));
  parsed options = launch_tests::parse_command(*p.dialect, commands[0]);
  const std::string file = file_of(p, s);
  CHECK(shell.find(file) != std::string::npos);
  const parsed of_file = launch_tests::parse_file(*p.dialect, file);
  for (const std::string& c : commands) {
    parsed said = launch_tests::parse_command(*p.dialect, c);
    said.insert(of_file.begin(), of_file.end());
    launch_tests::keeps_rules(*p.dialect, said, facts);
  }
  options.insert(of_file.begin(), of_file.end());
  const std::string text = flags_of(*p.dialect, options) + experts_of(options, experts);
  CAPTURE(text);
  const parsed_layout read = parse_layout(text);
  CAPTURE(fault_text(read));
  REQUIRE(read.has_value());
  layout l = read.layout;
  l.attention.dp *= s.instances;
  return l;
}

void comes_back(const engine_version& e, const model& m, const layout& l, integer& printed,
                integer& refused) {
  CAPTURE(e.name);
  CAPTURE(short_text(l));
  const launch_request r = request_of(e, m, l);
  const launch_plan p = launch_plan_of(r);
  if (!p.has_value()) {
    CHECK(p.why_not.size() > 10);
    CAPTURE(p.why_not);
    CHECK(p.why_not.find("refuses the options") == std::string::npos);
    ++refused;
    return;
  }
  ++printed;
  layout made = layout_of(p, facts_of(r), shardline::experts_of(m).experts);
  CHECK(made.attention == l.attention);
  CHECK(made.gpus() == l.gpus() * made.expert.size() * made.pp / (made.expert.size() * made.pp));
  CHECK(same_stages(made, l, m.layers.size()));
  if (!has_experts(m)) return;
  // Replicas that know nothing of each other have experts of their own.
  made.expert.edp *= p.servers[0].instances;
  CHECK(made.expert == l.expert);
  if (dispatch_matters(l)) CHECK(made.dispatch == l.dispatch);
}

void all_come_back(const engine_version& e, const model& m) {
  integer printed = 0;
  integer refused = 0;
  for_each_layout(64, m, [&](const layout& l) {
    if (l.pp <= m.layers.size()) comes_back(e, m, l, printed, refused);
  });
  CAPTURE(e.name);
  CHECK(printed >= 6);
  CHECK((refused > 0 || !has_experts(m)));
}

}  // namespace

TEST_CASE("what is printed of every layout of 64 GPUs is accepted, and makes that layout") {
  for (const engine_version* e : {&engines::vllm_0_21, &engines::vllm_0_11, &engines::sglang_0_5_17,
                                  &engines::sglang_0_5, &engines::tensorrt_llm_1_0}) {
    all_come_back(*e, catalog::deepseek_v3);
    all_come_back(*e, catalog::llama_3_1_70b);
  }
}

TEST_CASE("the numbers are those that were priced") {
  launch_request r =
      request_of(engines::vllm, catalog::deepseek_v3,
                 parse_layout("vllm:tp=2,dp=4,ep=on,all2all=on,redundant=32").layout);
  model m = catalog::deepseek_v3;
  m.kv_cache = precision::fp8;
  launch_request cached{.model = m,
                        .layout = r.layout,
                        .engine = engines::vllm,
                        .runtime = r.runtime,
                        .workload = r.workload,
                        .memory = r.memory};
  cached.checkpoint = "org/model";
  cached.runtime.experts.exchange = expert_exchange::low_latency;
  cached.runtime.step_sequences = 96.0;
  cached.workload.speculation = {.draft_tokens = 2, .acceptance = 0.7};
  const launch_plan p = launch_plan_of(cached);
  REQUIRE(p.has_value());
  const parsed found = launch_tests::parse_command(
      *p.dialect, launch_tests::commands_in(shell_text(p, 8), "vllm serve")[0]);
  CHECK(found.at("--max-num-seqs") == "96");
  CHECK(found.at("--max-num-batched-tokens") == "8192");
  CHECK(found.at("--max-model-len") == "2560");
  CHECK(found.at("--gpu-memory-utilization") == "0.92");
  CHECK(found.at("--block-size") == "16");
  CHECK(found.at("--kv-cache-dtype") == "fp8");
  CHECK(found.at("--all2all-backend") == "deepep_low_latency");
  CHECK(found.at("--eplb-config") == R"({"num_redundant_experts":32})");
  CHECK(found.at("--speculative-config") == R"({"method":"mtp","num_speculative_tokens":2})");
}

TEST_CASE("SGLang's numbers are of all attention replicas, and its share is worked out") {
  const launch_plan p =
      launch_plan_of(request_of(engines::sglang, catalog::deepseek_v3,
                                parse_layout("sglang:tp=8,dp=8,dp-attention=on,ep=8").layout));
  REQUIRE(p.has_value());
  const parsed found = launch_tests::parse_command(
      *p.dialect, launch_tests::commands_in(shell_text(p, 8), "python -m sglang")[0]);
  CHECK(found.at("--chunked-prefill-size") == "65536");
  CHECK(found.at("--max-running-requests") == "16384");
  const double share = std::stod(found.at("--mem-fraction-static"));
  CHECK(share > 0.7);
  CHECK(share < 0.9);
}

TEST_CASE("what no option says is refused in the engine's words") {
  const auto refusal = [](const engine_version& e, std::string_view layout_text,
                          const auto& change) {
    launch_request r = request_of(e, catalog::deepseek_v3, parse_layout(layout_text).layout);
    change(r);
    return launch_plan_of(r).why_not;
  };
  const auto nothing = [](launch_request&) {};
  CHECK(refusal(engines::vllm, "mesh:tp=4,dp=4,etp=2,ep=4,edp=2", nothing) ==
        "vLLM does not replicate experts (edp = 1)");
  CHECK(refusal(engines::tensorrt_llm, "vllm:tp=8,dp=4,ep=on", nothing) ==
        "TensorRT-LLM replicates attention on every rank or on none (tp = 1 or dp = 1)");
  CHECK(refusal(engines::vllm_2023, "vllm:tp=8", nothing) ==
        "it is not known how vllm-2023 is started");
  CHECK(refusal(engines::vllm_0_11, "vllm:tp=16", nothing) == "vLLM spans nodes with Ray alone");
  CHECK(refusal(engines::vllm, "vllm:tp=8",
                [](launch_request& r) { r.workload.chunk = tokens<>::from_value(512.0); }) ==
        "vLLM takes a token of every sequence in a step: 512 batched tokens are fewer than 1024 "
        "sequences (--max-num-seqs)");
  CHECK(refusal(engines::vllm, "vllm:tp=8", [](launch_request& r) {
          r.workload.speculation = {.draft_tokens = 2, .acceptance = 0.7, .draft_time = 1_ms};
        }) == "vLLM has to be told which model drafts (--draft-checkpoint)");
  CHECK(refusal(engines::sglang, "sglang:tp=8,pp=2", [](launch_request& r) {
          r.workload.speculation = {.draft_tokens = 2, .acceptance = 0.7};
        }) == "SGLang speculates without pipeline stages (pp = 1)");
  CHECK(refusal(engines::vllm, "vllm:tp=8,pp=2", [](launch_request& r) {
          r.layout.microbatches = 3;
        }) == "vLLM forms the batches between pipeline stages itself (--microbatches)");
  CHECK(refusal(engines::sglang, "sglang:tp=8", [](launch_request& r) {
          bool& beside = r.runtime.experts.overlap_shared;
          beside = !beside;
        }) == "SGLang decides itself what runs beside the exchange of tokens (--overlap-shared)");
}

TEST_CASE("every degree that a convention can say has an option in its dialect") {
  for (const auto& [said, dialect] :
       {std::pair{"vllm:tp=8,dp=2,pp=2,dcp=2,layers=31/30,ep=on", &launch::vllm_newest},
        std::pair{"sglang:tp=8,dp=2,dp-attention=on,attn-cp=2,pp=2,ep=4", &launch::sglang_0_5},
        std::pair{"sglang:tp=8,attn-dp=2,attn-cp=2,pp=2,ep=4", &launch::sglang_0_5_17},
        std::pair{"trtllm:tp=8,pp=2,attention-dp=on,ep=4", &launch::tensorrt_llm_1_0}}) {
    const std::string_view text = said;
    CAPTURE(text);
    const engine_version& e = *find_engine(dialect->versions[0]);
    const layout l = parse_layout(text).layout;
    launch_request r = request_of(e, catalog::deepseek_v3, l);
    r.gpus_per_node = 64;
    const launch_plan p = launch_plan_of(r);
    CAPTURE(p.why_not);
    REQUIRE(p.has_value());
    CHECK(layout_of(p, facts_of(r), 256).attention == l.attention);
  }
}

TEST_CASE("pools share nodes: a port for each server, and the router is told of them") {
  launch_request r =
      request_of(engines::sglang, catalog::llama_3_1_70b, parse_layout("sglang:tp=2").layout);
  r.prefill = 2;
  r.decode = 2;
  const launch_plan p = launch_plan_of(r);
  REQUIRE(p.has_value());
  const std::string shell = shell_text(p, 8);
  const auto commands = launch_tests::commands_in(shell, "python -m sglang.launch_server");
  REQUIRE(commands.size() == 4);
  std::vector<std::string> ports;
  for (const std::string& c : commands) {
    const parsed found = launch_tests::parse_command(*p.dialect, c);
    launch_tests::keeps_rules(*p.dialect, found, facts_of(r));
    ports.push_back(found.at("--port"));
    const auto bootstrap = found.find("--disaggregation-bootstrap-port");
    CHECK((bootstrap != found.end()) == (found.at("--disaggregation-mode") == "prefill"));
    if (bootstrap != found.end()) ports.push_back(bootstrap->second);
  }
  CHECK(ports == std::vector<std::string>{"30000", "8998", "30001", "8999", "30002", "30003"});
  CHECK(shell.find("--prefill http://node0:30001 8999 ") != std::string::npos);
  CHECK(shell.find("--decode http://node0:30003 ") != std::string::npos);
}

TEST_CASE("the hosts' memory goes to each engine in its own unit and share, or is refused") {
  const auto first_of = [](const engine_version& e, std::string_view layout_text, double each,
                           pool_role role = pool_role::both) {
    launch_request r = request_of(e, catalog::llama_3_1_70b, parse_layout(layout_text).layout);
    r.workload.host_cache.hit = 0.5;
    r.host_cache = bytes<>::from_value(each);
    if (role != pool_role::both) r.prefill = r.decode = 1;
    return launch_plan_of(r);
  };
  const auto said = [](const launch_plan& p, pool_role role = pool_role::both) {
    CAPTURE(p.why_not);
    REQUIRE(p.has_value());
    parsed all;
    for (const launch_server& s : p.servers) {
      if (s.role != role) continue;
      for (const launch_argument& a : s.arguments) all.emplace(a.option->name, a.value);
    }
    return all;
  };
  constexpr double gib = 1024.0 * 1024.0 * 1024.0;
  // vLLM: GiB of the whole engine; each data-parallel rank is one.
  const parsed of_vllm = said(first_of(engines::vllm, "vllm:tp=4,pp=2", 62.5 * gib));
  CHECK(of_vllm.at("--kv-offloading-size") == "500");
  CHECK(of_vllm.at("--kv-offloading-backend") == "native");
  CHECK(said(first_of(engines::vllm, "vllm:tp=2,dp=4", 60.0 * gib)).at("--kv-offloading-size") ==
        "120");
  // SGLang: whole GB of a rank, or as much as it likes; TensorRT-LLM: bytes of a rank.
  const parsed of_sglang = said(first_of(engines::sglang, "sglang:tp=8", 67.1e9));
  CHECK(of_sglang.at("--hicache-size") == "67");
  CHECK(of_sglang.count("--enable-hierarchical-cache") == 1);
  CHECK(said(first_of(engines::sglang, "sglang:tp=8", 0.0)).count("--hicache-size") == 0);
  const parsed of_trtllm = said(first_of(engines::tensorrt_llm, "trtllm:tp=8", 67.1e9));
  CHECK(of_trtllm.at("kv_cache_config.host_cache_size") == "67100000000");
  CHECK(of_trtllm.at("kv_cache_config.enable_block_reuse") == "true");
  // Servers that only decode are sent what the others read.
  const launch_plan pools = first_of(engines::sglang, "sglang:tp=4", 67e9, pool_role::prefill);
  CHECK(said(pools, pool_role::prefill).at("--hicache-size") == "67");
  CHECK(said(pools, pool_role::decode).count("--enable-hierarchical-cache") == 0);
  CHECK(
      first_of(engines::vllm, "vllm:tp=8", 0.0).why_not ==
      "vLLM has to be told how much of a node's memory holds keys and values (--kv-offload-size)");
  CHECK(first_of(engines::vllm_0_11, "vllm:tp=8", 6e10).why_not ==
        "vLLM is told of a cache in the hosts' memory by settings of a connector alone "
        "(--kv-offload-hit)");
  CHECK(first_of(engines::sglang, "sglang:tp=8", 5e8).why_not ==
        "SGLang takes whole GB of the hosts' memory for each GPU: 0.5 (--kv-offload-size)");
  CHECK(first_of(engines::vllm, "vllm:tp=4", 6e10, pool_role::prefill)
            .why_not.starts_with("vLLM refuses the options: --kv-offloading-size "));
}

TEST_CASE("vLLM's exchange of tokens is one that reaches all ranks, on this maker's accelerators") {
  const auto backend = [](std::string_view layout_text, integer domain, expert_exchange exchange,
                          vendor maker = vendor::nvidia) {
    launch_request r =
        request_of(engines::vllm, catalog::deepseek_v3, parse_layout(layout_text).layout);
    r.runtime.experts.exchange = exchange;
    r.domain = domain;
    r.maker = maker;
    const launch_plan p = launch_plan_of(r);
    if (!p.has_value()) return p.why_not;
    for (const launch_argument& a : p.servers[0].arguments) {
      if (a.option->name == "--all2all-backend") return a.value;
    }
    return std::string();
  };
  using enum expert_exchange;
  const std::string_view one_node = "vllm:tp=1,dp=8,ep=on,all2all=on";
  const std::string_view two_nodes = "vllm:tp=1,dp=16,ep=on,all2all=on";
  CHECK(backend(one_node, 8, pairwise) == "flashinfer_nvlink_two_sided");
  CHECK(backend(two_nodes, 72, pairwise) == "flashinfer_nvlink_two_sided");
  CHECK(backend(two_nodes, 8, pairwise) ==
        "vLLM has no pairwise all2all backend between scale-up domains: 16 ranks, 8 to a domain; "
        "--expert-exchange low-latency and hierarchical have one");
  CHECK(backend(two_nodes, 8, low_latency) == "deepep_low_latency");
  CHECK(backend(two_nodes, 8, hierarchical) == "deepep_high_throughput");
  CHECK(backend(two_nodes, 8, low_latency, vendor::amd) == "mori_low_latency");
  CHECK(backend(one_node, 8, hierarchical, vendor::amd) == "mori_high_throughput");
  CHECK(backend(one_node, 8, pairwise, vendor::amd) ==
        "vLLM has no pairwise all2all backend on AMD's accelerators; --expert-exchange low-latency "
        "and hierarchical have one");
  CHECK(backend("vllm:tp=8,dp=2,ep=on", 8, pairwise) == "");
}

TEST_CASE("pools are each started in their own layout, with the numbers of their own") {
  launch_request r =
      request_of(engines::vllm, catalog::llama_3_1_70b, parse_layout("vllm:tp=4").layout);
  r.prefill = 2;
  r.decode = 1;
  r.decoding = {parse_layout("vllm:tp=8").layout, r.runtime, r.workload};
  r.decoding->workload.chunk = tokens<>::from_value(4096.0);
  const launch_plan p = launch_plan_of(r);
  REQUIRE(p.has_value());
  const auto commands = launch_tests::commands_in(shell_text(p, 8), "vllm serve");
  REQUIRE(commands.size() == 3);
  std::string degrees;
  for (const std::string& c : commands) {
    const parsed found = launch_tests::parse_command(*p.dialect, c);
    launch_tests::keeps_rules(*p.dialect, found, facts_of(r));
    degrees +=
        found.at("--tensor-parallel-size") + ":" + found.at("--max-num-batched-tokens") + " ";
  }
  CHECK(degrees == "4:8192 4:8192 8:4096 ");
  // What the decoding layout cannot be is said too.
  r.decoding->layout = parse_layout("mesh:tp=2,cp=2,dp=2,etp=8").layout;
  CHECK(launch_plan_of(r).why_not == "vLLM splits prompts (cp) of one replica only (dp = 1)");
}

TEST_CASE("options that break a rule of the engine's own are refused with both figures") {
  launch_request r =
      request_of(engines::tensorrt_llm, catalog::deepseek_v3, parse_layout("trtllm:tp=8").layout);
  REQUIRE(launch_plan_of(r).has_value());
  model narrow = catalog::llama_3_1_70b;
  const launch_request uneven = [&] {
    launch_request of = request_of(engines::vllm, narrow, parse_layout("vllm:tp=6").layout);
    of.gpus_per_node = 6;
    return of;
  }();
  CHECK(launch_plan_of(uneven).why_not ==
        "vLLM refuses the options: --tensor-parallel-size 6 has to divide heads 64");
}

TEST_CASE("documented: words, places, scripts and facts of launches") {
  CHECK(name(pool_role::prefill) == "prefill");
  CHECK(name(pool_role::prefill).size() == 7);
  const launch_request r =
      request_of(engines::vllm, catalog::llama_3_1_70b, {{4, 1, 2}, {4, 1, 2}});
  const launch_plan p = launch_plan_of(r);
  REQUIRE(p.has_value());
  CHECK(program_of(p) == "vllm serve org/model");
  CHECK(shell_text(p, 8).find("--data-parallel-size 2") != std::string::npos);
  const auto options = options_of(p.servers[0], launch_node{});
  CHECK(options.front() == "--tensor-parallel-size 4");
  const auto places = places_of(p, 8);
  REQUIRE(places.size() == 1);
  CHECK(places[0].node == 0);
  CHECK(places[0].gpu == 0);
  const launch_plan two_nodes =
      launch_plan_of(request_of(engines::vllm, catalog::llama_3_1_70b, {{8, 1, 1}, {8, 1, 1}, 2}));
  REQUIRE(two_nodes.has_value());
  CHECK(slurm_text(two_nodes, 8).find("--nodes=2") != std::string::npos);
  const launch_plan trtllm = launch_plan_of(
      request_of(engines::tensorrt_llm, catalog::llama_3_1_70b, {{8, 1, 1}, {8, 1, 1}}));
  REQUIRE(trtllm.has_value());
  CHECK(file_of(trtllm, trtllm.servers[0]).find("tensor_parallel_size: 8") != std::string::npos);
  const said_options facts = facts_of(r);
  CHECK(facts.at("heads") == "64");
  CHECK(facts.at("layers") == "80");

  said_options uneven = facts;
  uneven["--tensor-parallel-size"] = "6";
  const launch_rule* rule_of_heads = broken_rule(*p.dialect, uneven);
  REQUIRE(rule_of_heads != nullptr);
  CHECK(to_text(*rule_of_heads, uneven) == "--tensor-parallel-size 6 has to divide heads 64");
  CHECK(refusal_of(p, r).empty());
  launch_plan wrong = p;
  for (launch_argument& a : wrong.servers[0].arguments) {
    if (a.option->name == "--tensor-parallel-size") a.value = "6";
  }
  CHECK(refusal_of(wrong, r).find("--tensor-parallel-size 6 has to divide heads 64") !=
        std::string::npos);

  launch_request by_hand =
      request_of(engines::vllm, catalog::deepseek_v3, {{8, 1, 1}, {8, 1, 1}, 2});
  by_hand.layout.stages.listed.push_back(30);
  by_hand.layout.stages.listed.push_back(31);
  const launch_plan listed = launch_plan_of(by_hand);
  REQUIRE(listed.has_value());
  const auto said = environment_of(listed, listed.servers[0], launch_node{});
  REQUIRE(said.size() == 1);
  CHECK(said[0] == "VLLM_PP_LAYER_PARTITION=30,31");
}

TEST_CASE("vLLM's pools say on which node they are asked for their caches") {
  launch_request r = request_of(engines::vllm, catalog::llama_3_1_70b, {{4, 1, 1}, {4, 1, 1}});
  CHECK(shell_text(launch_plan_of(r), 8).find("VLLM_NIXL_SIDE_CHANNEL_HOST") == std::string::npos);
  r.prefill = 2;
  r.decode = 3;
  const std::string shell = shell_text(launch_plan_of(r), 8);
  CHECK(shell.find("VLLM_NIXL_SIDE_CHANNEL_HOST=node0 ") != std::string::npos);
  CHECK(shell.find("VLLM_NIXL_SIDE_CHANNEL_HOST=node1 VLLM_NIXL_SIDE_CHANNEL_PORT=5700 ") !=
        std::string::npos);
  const launch_plan p = launch_plan_of(r);
  const auto second =
      environment_of(p, p.servers.back(), {.leader = "node0", .host = "node1", .slot = 1});
  CHECK(second == std::vector<std::string>{"VLLM_NIXL_SIDE_CHANNEL_HOST=node1",
                                           "VLLM_NIXL_SIDE_CHANNEL_PORT=5700"});
}

TEST_CASE("each node of a pool says its own address, not its first node's") {
  launch_request r = request_of(engines::vllm, catalog::deepseek_v3, {{8, 1, 2}, {1, 16, 1}});
  r.layout.dispatch = expert_dispatch::all_gather;
  r.prefill = 1;
  r.decode = 1;
  const launch_plan p = launch_plan_of(r);
  REQUIRE(p.has_value());
  REQUIRE(p.servers[0].nodes == 2);
  const std::string shell = shell_text(p, 8);
  const std::string slurm = slurm_text(p, 8);
  for (integer node = 0; node < 4; ++node) {
    CAPTURE(node);
    const std::string number = std::to_string(node);
    CHECK(shell.find("HOST=node" + number + " vllm") != std::string::npos);
    CHECK(slurm.find("HOST=${nodes[" + number + "]} vllm") != std::string::npos);
  }
}

TEST_CASE("pools between whose stages an engine sends no caches are refused") {
  const auto why = [](const engine_version& e, integer from, integer to) {
    launch_request r = request_of(e, catalog::llama_3_1_70b, {{4, 1, 1}, {4, 1, 1}, from});
    r.prefill = 1;
    r.decode = 1;
    r.decoding = decoding_instance{{{4, 1, 1}, {4, 1, 1}, to}, r.runtime, r.workload};
    return launch_plan_of(r).why_not;
  };
  CHECK(why(engines::vllm, 2, 1) ==
        "vLLM sends no cache from 2 pipeline stages to 1 (pp of either pool)");
  CHECK(why(engines::vllm_0_11, 1, 2) ==
        "vLLM sends no cache from 1 pipeline stage to 2 (pp of either pool)");
  CHECK(why(engines::vllm, 1, 1).empty());
  CHECK(why(engines::sglang, 2, 1).empty());
  CHECK(why(engines::sglang, 2, 4) ==
        "SGLang sends no cache from 2 pipeline stages to 4 (pp of either pool)");
}

TEST_CASE("SGLang is told to split prompts, and of attention's replicas in its version's words") {
  const auto words = [](const engine_version& e, const model& m, const char* text) {
    const launch_plan p = launch_plan_of(request_of(e, m, parse_layout(text).layout));
    CAPTURE(p.why_not);
    REQUIRE(p.has_value());
    std::string all;
    for (const std::string& o : options_of(p.servers[0], {})) all += o + " ";
    return all;
  };
  const auto has = [](const std::string& all, const char* option) {
    return all.find(option) != std::string::npos;
  };
  const char* split = "sglang:tp=8,attn-cp=2";
  model indexed = catalog::deepseek_v3;
  for (layer& l : indexed.layers.kinds) l.attention = sparse_latent_attention{};
  CHECK(has(words(engines::sglang_0_5_17, catalog::llama_3_1_70b, split),
            "--attn-cp-size 2 --enable-prefill-cp --cp-strategy zigzag "));
  CHECK(has(words(engines::sglang_0_5_17, indexed, split),
            "--attn-cp-size 2 --enable-prefill-cp --cp-strategy interleave "));
  CHECK(has(words(engines::sglang_0_5, catalog::llama_3_1_70b, split),
            "--enable-prefill-context-parallel --prefill-cp-mode in-seq-split "));
  CHECK(has(words(engines::sglang_0_5, indexed, split),
            "--enable-dsa-prefill-context-parallel --dsa-prefill-cp-mode round-robin-split "));
  for (const engine_version* e : {&engines::sglang_0_5_17, &engines::sglang_0_5}) {
    const std::string whole = words(*e, catalog::llama_3_1_70b, "sglang:tp=8");
    CHECK_FALSE(has(whole, "cp"));
    CHECK_FALSE(has(whole, "context-parallel"));
  }
  const char* replicas = "sglang:tp=8,dp=4,dp-attention=on,ep=8";
  const std::string newer = words(engines::sglang_0_5_17, catalog::deepseek_v3, replicas);
  CHECK(has(newer, "--tp-size 8 --attn-dp-size 4 --ep-size 8 "));
  CHECK_FALSE(has(newer, " --dp-size"));
  CHECK(has(words(engines::sglang_0_5, catalog::deepseek_v3, replicas),
            "--tp-size 8 --dp-size 4 --enable-dp-attention --ep-size 8 "));
  launch_request decodes = request_of(engines::sglang, catalog::llama_3_1_70b,
                                      parse_layout("sglang:tp=8,attn-cp=2").layout);
  decodes.prefill = decodes.decode = 1;
  CHECK(launch_plan_of(decodes).why_not ==
        "SGLang splits no prompts where it decodes (attn-cp = 1)");
}
