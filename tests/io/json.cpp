// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/json.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "chat_on_h200s.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;
using ordered_json = nlohmann::ordered_json;
using names = std::vector<std::string>;

constexpr layout sixteen = to_layout(vllm{.tp = 8, .dp = 2, .expert_parallel = true});

ordered_json of_estimate(const layout& l, const workload& w) {
  return to_json(catalog::deepseek_v3, l, estimate(h200s(16), catalog::deepseek_v3, l, w));
}

names keys(const ordered_json& object) {
  names result;
  for (const auto& item : object.items()) result.push_back(item.key());
  return result;
}

const names part_keys{"weights_bytes",       "kv_cache_bytes", "state_bytes",   "activation_bytes",
                      "communication_bytes", "reserve_bytes",  "withheld_bytes"};
const names memory_keys{
    "weights_bytes", "kv_cache_bytes", "state_bytes", "activation_bytes", "communication_bytes",
    "reserve_bytes", "withheld_bytes", "total_bytes", "capacity_bytes",   "kv_capacity_tokens"};

integer sum_of_parts(const ordered_json& memory) {
  integer sum = 0;
  for (const std::string& key : part_keys) sum += memory[key].get<integer>();
  return sum;
}

}  // namespace

TEST_CASE("the keys of an estimate are exactly the documented ones, in order") {
  const ordered_json j = of_estimate(sixteen, chat());
  CHECK(keys(j) == names{"model", "layout", "feasible", "violations", "warnings", "memory",
                         "source", "prefill", "decode", "serving", "bands"});
  CHECK(j["source"] == "constant");
  CHECK(keys(j["model"]) == names{"name", "parameters", "active_parameters", "mtp_parameters",
                                  "kv_bytes_per_token", "state_bytes_per_sequence"});
  CHECK(keys(j["layout"]) ==
        names{"attention", "expert", "pp", "dispatch", "redundant_experts", "dcp", "gpus"});
  CHECK(keys(j["layout"]["attention"]) == names{"tp", "cp", "dp"});
  CHECK(keys(j["layout"]["expert"]) == names{"etp", "ep", "edp"});
  CHECK(keys(j["memory"]) == memory_keys);
  for (const char* phase : {"prefill", "decode"}) {
    CHECK(keys(j[phase]) == names{"latency_s", "bound", "terms"});
    CHECK(j[phase]["terms"].is_array());
    REQUIRE_FALSE(j[phase]["terms"].empty());
    for (const auto& part : j[phase]["terms"]) CHECK(keys(part) == names{"name", "seconds"});
  }
  CHECK(keys(j["serving"]) == names{"concurrency", "running", "utilisation", "requests_per_s",
                                    "waiting_s", "ttft_s", "tpot_s", "output_tokens_per_s",
                                    "output_tokens_per_s_per_gpu", "total_tokens_per_s_per_gpu"});
}

TEST_CASE("where the queue grows for ever there is no time to first token, only tokens") {
  workload w;
  w.concurrency = 8.0;
  w.rate = request_rate<>::from_value(1e6);
  w.max_ttft = 1_s;
  const auto e = estimate(h200s(8), catalog::llama_3_1_8b, layout{}, w);
  const auto j = to_json(catalog::llama_3_1_8b, layout{}, e);
  CHECK(j["feasible"] == false);
  REQUIRE(j["violations"][0]["rule"] == "ttft");
  CHECK(j["violations"][0]["required"].is_null());
  CHECK(j["violations"][0]["available"] == 1.0);
  CHECK(j["serving"]["ttft_s"].is_null());
  CHECK(j["serving"]["waiting_s"].is_null());
  CHECK(j["serving"]["concurrency"].is_null());
  CHECK(j["bands"]["ttft_s"].is_null());
  CHECK(j["bands"]["tpot_s"][0].is_number());
  CHECK(j["serving"]["tpot_s"].get<double>() == e.serving.tpot.value());
}

TEST_CASE("answers of one token have a null for their time per output token") {
  workload w = chat();
  w.output = 1_tokens;
  const auto j = to_json(catalog::llama_3_1_8b, layout{},
                         estimate(h200s(8), catalog::llama_3_1_8b, layout{}, w));
  CHECK(j["serving"]["tpot_s"].is_null());
  CHECK(j["bands"]["tpot_s"].is_null());
  CHECK(j["serving"]["ttft_s"].get<double>() > 0.0);
}

TEST_CASE("figures are the estimate's own, counts and bytes whole, times in seconds") {
  const auto e = estimate(h200s(16), catalog::deepseek_v3, sixteen, chat());
  const ordered_json j = to_json(catalog::deepseek_v3, sixteen, e);
  CHECK(j["model"]["name"] == "deepseek-v3");
  CHECK(j["model"]["parameters"] == 671'026'419'200);
  CHECK(j["model"]["active_parameters"] == active_parameters(catalog::deepseek_v3));
  CHECK(j["model"]["mtp_parameters"] == 11'610'068'224);
  CHECK(j["model"]["kv_bytes_per_token"] == 70272);
  CHECK(j["model"]["state_bytes_per_sequence"] == 0);
  CHECK(j["layout"]["attention"] == ordered_json{{"tp", 8}, {"cp", 1}, {"dp", 2}});
  CHECK(j["layout"]["expert"] == ordered_json{{"etp", 1}, {"ep", 16}, {"edp", 1}});
  CHECK(j["layout"]["dispatch"] == "all-gather");
  CHECK(j["layout"]["redundant_experts"] == 0);
  CHECK(j["layout"]["gpus"] == 16);
  CHECK(j["feasible"] == true);
  for (const auto& item : j["memory"].items()) {
    CAPTURE(item.key());
    CHECK(item.value().is_number_integer());
  }
  for (const char* key : {"parameters", "active_parameters", "kv_bytes_per_token"}) {
    CHECK(j["model"][key].is_number_integer());
  }
  CHECK(j["serving"]["concurrency"].get<double>() == e.serving.concurrency);
  CHECK(j["memory"]["capacity_bytes"] == 150'108'897'280);
  CHECK(j["prefill"]["latency_s"].get<double>() == e.prefill.total().value());
  CHECK(j["decode"]["bound"] == std::string(name(e.decode.bounded_by())));
  CHECK(j["serving"]["ttft_s"].get<double>() == e.serving.ttft.value());
  CHECK(j["serving"]["output_tokens_per_s_per_gpu"].get<double>() ==
        e.serving.output_tokens_per_s_per_gpu.value());
}

TEST_CASE("parts sum to their totals exactly, also after rounding bytes to whole ones") {
  basic_memory<double> m;
  m.weights = bytes<>::from_value(10.4);
  m.kv_cache = bytes<>::from_value(20.4);
  m.activation = bytes<>::from_value(0.4);
  m.communication = bytes<>::from_value(7.5);
  m.reserve = bytes<>::from_value(1.0);
  m.withheld = bytes<>::from_value(2.5);
  m.state = bytes<>::from_value(3.25);
  const ordered_json j = to_json(m);
  CHECK(j["total_bytes"] == 46);  // 45.45
  CHECK(sum_of_parts(j) == 46);
  // In the order of total(): 10.4, 30.8, 34.05, 34.45, 41.95, 42.95, 45.45.
  CHECK(j["weights_bytes"] == 11);
  CHECK(j["kv_cache_bytes"] == 20);
  CHECK(j["state_bytes"] == 4);
  CHECK(j["activation_bytes"] == 0);
  CHECK(j["communication_bytes"] == 7);
  CHECK(j["reserve_bytes"] == 1);
  CHECK(j["withheld_bytes"] == 3);

  const ordered_json whole = of_estimate(sixteen, chat());
  for (const char* phase : {"prefill", "decode"}) {
    double seconds_in_all = 0.0;
    for (const auto& part : whole[phase]["terms"]) seconds_in_all += part["seconds"].get<double>();
    CHECK(seconds_in_all == whole[phase]["latency_s"].get<double>());
  }
}

TEST_CASE("every part and the total are the same whole bytes as the estimate's") {
  for (const runtime& engine :
       {runtime{}, engines::vllm.runtime, engines::sglang.runtime, engines::tensorrt_llm.runtime}) {
    const auto c = with_engine(h200s(16), engine);
    const auto m = memory(c, catalog::deepseek_v3, sixteen, chat());
    const ordered_json j = to_json(m);
    CHECK(sum_of_parts(j) == j["total_bytes"].get<integer>());
    CHECK(j["total_bytes"].get<double>() == doctest::Approx(m.total().value()).epsilon(1e-9));
    CHECK(j["weights_bytes"].get<double>() == m.weights.value());
  }
}

TEST_CASE("beyond whole doubles, parts are printed as they are") {
  basic_memory<double> m;
  m.weights = bytes<>::from_value(1e19);
  m.kv_cache = bytes<>::from_value(0.5);
  const ordered_json j = to_json(m);
  CHECK(j["weights_bytes"] == 1e19);
  CHECK(j["kv_cache_bytes"] == 0.5);
  CHECK(j["total_bytes"] == 1e19);
}

TEST_CASE("stages have their layers, the keys of a memory, weights by class and a workspace") {
  layout l = to_layout(vllm{.tp = 4, .pp = 4, .expert_parallel = true, .redundant_experts = 32});
  const auto c = with_engine(h200s(16), engines::vllm);
  const ordered_json j = stages_to_json(c, catalog::deepseek_v3, l, chat());
  REQUIRE(j.size() == 4);
  names expected{"stage", "first_layer", "layers"};
  expected.insert(expected.end(), memory_keys.begin(), memory_keys.end());
  expected.insert(expected.end(), {"weights", "workspace"});
  integer layers = 0;
  double fullest = 0.0;
  for (const ordered_json& stage : j) {
    CHECK(keys(stage) == expected);
    CHECK(stage["first_layer"] == layers);
    layers += stage["layers"].get<integer>();
    CHECK(sum_of_parts(stage) == stage["total_bytes"].get<integer>());
    integer weights = 0;
    for (const auto& item : stage["weights"].items()) weights += item.value().get<integer>();
    CHECK(weights == stage["weights_bytes"].get<integer>());
    const ordered_json& workspace = stage["workspace"];
    CHECK(keys(workspace) == names{"residual_bytes", "peak_operator", "peak_bytes", "buffers"});
    CHECK(workspace["residual_bytes"].get<integer>() + workspace["peak_bytes"].get<integer>() ==
          stage["activation_bytes"].get<integer>());
    integer buffers = 0;
    for (const ordered_json& buffer : workspace["buffers"]) {
      CHECK(keys(buffer) == names{"collective", "ranks", "stride", "bytes"});
      buffers += buffer["bytes"].get<integer>();
    }
    CHECK(buffers == stage["communication_bytes"].get<integer>());
    fullest = std::max(fullest, stage["total_bytes"].get<double>());
  }
  CHECK(layers == 61);
  // vLLM's rule: the third of four stages holds the layer that is left over.
  CHECK(j[2]["layers"] == 16);
  CHECK(j[0]["weights"].contains("embedding"));
  CHECK_FALSE(j[0]["weights"].contains("head"));
  CHECK(j[3]["workspace"]["peak_operator"] == "head");
  const auto m = memory(c, catalog::deepseek_v3, l, chat());
  CHECK(fullest == to_json(m)["total_bytes"].get<double>());
}

TEST_CASE("thousands of stages are all there") {
  model m = catalog::llama_3_1_8b;
  m.layers = {{4000, m.layers.kinds[0]}};
  const ordered_json j = stages_to_json(h200s(4000), m, {{}, {}, 4000}, chat());
  REQUIRE(j.size() == 4000);
  CHECK(j[3999]["stage"] == 3999);
  CHECK(j[3999]["first_layer"] == 3999);
}

TEST_CASE("an engine is its rule and its constants") {
  const ordered_json j = to_json(engines::tensorrt_llm.runtime);
  CHECK(keys(j) == names{"budget",
                         "reserve_bytes",
                         "communicators_bytes",
                         "cuda_graphs_bytes",
                         "page_tokens",
                         "step_tokens",
                         "shared_step",
                         "step_sequences",
                         "captured_sequences",
                         "schedule",
                         "logit_bytes",
                         "vocabulary_padding",
                         "mxfp4_padding",
                         "mxfp4_hidden_padding",
                         "segment_bytes",
                         "reserved_output",
                         "receive_interval",
                         "expert_exchange",
                         "dispatch",
                         "combine",
                         "overlap_shared_experts",
                         "buffers",
                         "two_batch_overlap"});
  CHECK(j["budget"] == ordered_json{{"rule", "fraction_of_free"}, {"share", 0.9}});
  CHECK(j["reserve_bytes"] == 3'500'000'000);
  CHECK(j["page_tokens"] == 32);
  CHECK(to_json(engines::vllm.runtime)["budget"]["rule"] == "fraction_of_total");
  CHECK(to_json(engines::sglang.runtime)["budget"]["rule"] == "derived_static");
  CHECK(to_json(engines::vllm.runtime)["budget"]["graphs_inside"] == true);
  const ordered_json derived = to_json(engines::sglang.runtime)["budget"];
  CHECK(derived["base_bytes"] == 512 * 1048576);
  CHECK(derived["bytes_per_token"] == 1.5 * 1048576);
  CHECK(derived["least_from_bytes"] == 60 * 1073741824LL);
}

TEST_CASE("a violation has its rule, its sentence and both figures in SI base units") {
  const ordered_json gpus = to_json(violation{rule::gpus, 16384, 64});
  CHECK(keys(gpus) == names{"rule", "message", "required", "available"});
  CHECK(gpus["rule"] == "gpus");
  CHECK(gpus["message"] == to_text(violation{rule::gpus, 16384, 64}));
  CHECK(gpus["required"] == 16384);
  CHECK(gpus["available"].is_number_integer());
  const ordered_json memory = to_json(violation{rule::memory, 200'000'000'001, 151'397'597'184});
  CHECK(memory["required"] == 200'000'000'001);
  for (const rule slo : {rule::ttft, rule::tpot}) {
    const ordered_json time = to_json(violation{slo, 12'300'000, 5'000'000});
    CHECK(time["required"].get<double>() == 0.0123);
    CHECK(time["available"].get<double>() == 0.005);
  }
}

TEST_CASE("an infeasible layout keeps every key and lists what it violates") {
  const layout l = to_layout(vllm{.tp = 16, .dp = 64});
  const ordered_json j = of_estimate(l, chat());
  CHECK(j["feasible"] == false);
  CHECK(keys(j) == keys(of_estimate(sixteen, chat())));
  REQUIRE_FALSE(j["violations"].empty());
  CHECK(j["violations"][0]["rule"] == "gpus");
  REQUIRE_FALSE(j["warnings"].empty());
  CHECK(j["warnings"][0].is_string());
  CHECK(j["serving"]["ttft_s"].get<double>() > 0.0);
}

TEST_CASE("a layout that cannot be priced has the same keys and zeros") {
  const ordered_json j = of_estimate({{1, 1, 1}, {1, 1, 1}, 62}, chat());
  CHECK(j["feasible"] == false);
  CHECK(j["memory"]["total_bytes"] == 0);
  CHECK(j["decode"]["latency_s"] == 0.0);
  CHECK(j["decode"]["terms"].is_array());
  CHECK(j["decode"]["terms"].empty());
  // The 62 GPUs that 62 stages need are too many as well.
  REQUIRE(j["violations"].size() == 2);
  CHECK(j["violations"][1]["rule"] == "layers");
}

TEST_CASE("a search lists its layouts as estimates, and its counts") {
  const search_result r = search(h200s(16), catalog::deepseek_v3, chat(), 3);
  const ordered_json j = to_json(catalog::deepseek_v3, r);
  CHECK(keys(j) == names{"tried", "feasible", "rejected", "layouts"});
  CHECK(j["tried"] == r.tried);
  CHECK(j["feasible"] == r.feasible);
  integer rejected = 0;
  for (const auto& item : j["rejected"].items()) {
    CHECK(item.value() > 0);
    rejected += item.value().get<integer>();
  }
  CHECK(j["rejected"]["memory"] == r.rejected_by(rule::memory));
  CHECK(rejected + r.feasible == r.tried);
  REQUIRE(j["layouts"].size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(j["layouts"][i] == to_json(catalog::deepseek_v3, r.best[i].layout, r.best[i].estimate));
  }
}

TEST_CASE("a search without a feasible layout has an empty list") {
  workload w = chat();
  w.max_tpot = 1_us;
  const ordered_json j = to_json(catalog::deepseek_v3, search(h200s(8), catalog::deepseek_v3, w));
  CHECK(j["layouts"].is_array());
  CHECK(j["layouts"].empty());
  CHECK(j["feasible"] == 0);
}
