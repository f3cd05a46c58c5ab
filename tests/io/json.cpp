#include "shardline/io/json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/convention/vllm.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;
using ordered_json = nlohmann::ordered_json;
using names = std::vector<std::string>;

workload chat() {
  workload w;
  w.concurrency = 64.0;
  w.input = 2048_tokens;
  w.output = 512_tokens;
  return w;
}

auto h200s(count gpus) {
  return make_cluster(with_efficiency(catalog::h200_sxm, constant{.mfu = 0.5, .bandwidth = 0.8}),
                      gpus);
}

constexpr layout sixteen = to_layout(vllm{.tp = 8, .dp = 2, .expert_parallel = true});

ordered_json of_estimate(const layout& l, const workload& w) {
  return to_json(catalog::deepseek_v3, l, estimate(h200s(16), catalog::deepseek_v3, l, w));
}

names keys(const ordered_json& object) {
  names result;
  for (const auto& item : object.items()) result.push_back(item.key());
  return result;
}

}  // namespace

TEST_CASE("the keys of an estimate are exactly the documented ones, in order") {
  const ordered_json j = of_estimate(sixteen, chat());
  CHECK(keys(j) == names{"model", "layout", "feasible", "violations", "warnings", "memory",
                         "prefill", "decode", "serving"});
  CHECK(keys(j["model"]) == names{"name", "parameters", "active_parameters", "kv_bytes_per_token"});
  CHECK(keys(j["layout"]) == names{"attention", "expert", "pp", "gpus"});
  CHECK(keys(j["layout"]["attention"]) == names{"tp", "cp", "dp"});
  CHECK(keys(j["layout"]["expert"]) == names{"etp", "ep", "edp"});
  CHECK(keys(j["memory"]) == names{"weights_bytes", "kv_cache_bytes", "activation_bytes",
                                   "communication_bytes", "reserve_bytes", "total_bytes",
                                   "capacity_bytes", "kv_capacity_tokens"});
  for (const char* phase : {"prefill", "decode"}) {
    CHECK(keys(j[phase]) == names{"latency_s", "bound", "terms"});
    CHECK(j[phase]["terms"].is_array());
    REQUIRE_FALSE(j[phase]["terms"].empty());
    for (const auto& part : j[phase]["terms"]) CHECK(keys(part) == names{"name", "seconds"});
  }
  CHECK(keys(j["serving"]) == names{"concurrency", "ttft_s", "tpot_s", "output_tokens_per_s",
                                    "output_tokens_per_s_per_gpu", "total_tokens_per_s_per_gpu"});
}

TEST_CASE("figures are the estimate's own, counts and bytes whole, times in seconds") {
  const auto e = estimate(h200s(16), catalog::deepseek_v3, sixteen, chat());
  const ordered_json j = to_json(catalog::deepseek_v3, sixteen, e);
  CHECK(j["model"]["name"] == "deepseek-v3");
  CHECK(j["model"]["parameters"] == 671'026'419'200);
  CHECK(j["model"]["active_parameters"] == active_parameters(catalog::deepseek_v3));
  CHECK(j["model"]["kv_bytes_per_token"] == 70272);
  CHECK(j["layout"]["attention"] == ordered_json{{"tp", 8}, {"cp", 1}, {"dp", 2}});
  CHECK(j["layout"]["expert"] == ordered_json{{"etp", 1}, {"ep", 16}, {"edp", 1}});
  CHECK(j["layout"]["gpus"] == 16);
  CHECK(j["feasible"] == true);
  for (const auto& item : j["memory"].items()) {
    CAPTURE(item.key());
    CHECK(item.value().is_number_integer());
  }
  for (const char* key : {"parameters", "active_parameters", "kv_bytes_per_token"}) {
    CHECK(j["model"][key].is_number_integer());
  }
  CHECK(j["serving"]["concurrency"].is_number_integer());
  CHECK(j["memory"]["capacity_bytes"] == 151'397'597'184);
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
  const ordered_json j = to_json(m);
  CHECK(j["total_bytes"] == 40);  // 39.7
  const count sum = j["weights_bytes"].get<count>() + j["kv_cache_bytes"].get<count>() +
                    j["activation_bytes"].get<count>() + j["communication_bytes"].get<count>() +
                    j["reserve_bytes"].get<count>();
  CHECK(sum == 40);
  CHECK(j["weights_bytes"] == 11);
  CHECK(j["activation_bytes"] == 1);

  const ordered_json whole = of_estimate(sixteen, chat());
  for (const char* phase : {"prefill", "decode"}) {
    double seconds_in_all = 0.0;
    for (const auto& part : whole[phase]["terms"]) seconds_in_all += part["seconds"].get<double>();
    CHECK(seconds_in_all == whole[phase]["latency_s"].get<double>());
  }
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
  count rejected = 0;
  for (const auto& item : j["rejected"].items()) {
    CHECK(item.value() > 0);
    rejected += item.value().get<count>();
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
