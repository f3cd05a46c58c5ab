// SPDX-License-Identifier: BSL-1.0
// The numbers that comments of texts and of JSON state, over one deployment: Llama-3.1-8B and 16
// sequences of 2048 and 512 tokens on an H100 by its data sheet.
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>
#include <utility>

#include "contains.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"
#include "shardline/estimate/disaggregation.hpp"
#include "shardline/io/accelerator_file.hpp"
#include "shardline/io/dot.hpp"
#include "shardline/io/format_names.hpp"
#include "shardline/io/hf_config.hpp"
#include "shardline/io/json.hpp"
#include "shardline/io/json/engine.hpp"
#include "shardline/io/near_names.hpp"
#include "shardline/io/rank_map.hpp"
#include "shardline/io/text.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

constexpr const model& small_llama = catalog::llama_3_1_8b;
constexpr workload sixteen_chats{.concurrency = 16, .input = 2048_tokens, .output = 512_tokens};

cluster h100s_by_sheet(integer gpus) { return make_cluster(catalog::h100_sxm, gpus); }

// What put_members() and put_json() write, as a tree.
template <class... Value>
nlohmann::ordered_json members_of(const Value&... values) {
  json_tree out;
  out.object([&] { put_members(out, values...); });
  return out.take();
}

}  // namespace

TEST_CASE("documented: JSON of models, layouts, times and reports, by put_json()") {
  CHECK(to_json(small_llama)["parameters"] == 8030261248);
  CHECK(to_json(layout{})["gpus"] == 1);
  CHECK(to_json(layout{})["dcp"] == 1);
  CHECK(to_json(violation{rule::gpus, 16384, 64})["required"] == 16384);
  time_breakdown t;
  t.spend(term::norms, 2_s);
  CHECK(to_json(t)["latency_s"] == 2.0);
  CHECK(to_json(t)["terms"].size() == 1);
  serving_breakdown s;
  s.tpot = 25_ms;
  CHECK(to_json(s)["tpot_s"] == 0.025);
  basic_bands<> bands;
  bands.decode = {2_s, 3_s};
  CHECK(to_json(bands)["decode_s"] == nlohmann::ordered_json({2.0, 3.0}));
  const auto endless = seconds<>::from_value(std::numeric_limits<double>::infinity());
  basic_serving<> served;
  served.ttft = 243_ms;
  CHECK(ttft_text(served) == "243 ms");
  served.ttft = endless;
  CHECK(ttft_text(served) == "grows without end");
  bands.ttft = {2_s, endless};
  CHECK(to_json(bands)["ttft_s"].dump() == "[2.0,null]");
  bands.ttft = {endless, endless};
  CHECK(to_json(bands)["ttft_s"].is_null());
  report r;
  r.violations.push_back({rule::gpus, 16384, 64});
  CHECK(to_json(r)["violations"].size() == 1);
  CHECK(to_json(r)["violations"][0]["required"] == 16384);
}

TEST_CASE("documented: JSON of estimates, pools and searches") {
  const cluster c = h100s_by_sheet(1);
  const auto e = estimate(c, small_llama, layout{}, sixteen_chats);
  CHECK(to_json(small_llama, layout{}, e)["memory"]["total_bytes"] == 22697324544);
  CHECK(members_of(small_llama, layout{}, e)["memory"]["total_bytes"] == 22697324544);
  const basic_pool<double, datasheet> pool{c, layout{}, 1};
  const auto pools = disaggregate(pool, pool, small_llama, sixteen_chats);
  CHECK(to_json(small_llama, layout{}, pools)["transfer_s"].get<double>() ==
        doctest::Approx(0.00537).scale(0.0).epsilon(1e-3));
  const auto found = search(h100s_by_sheet(4), small_llama, sixteen_chats, 3);
  CHECK(to_json(small_llama, found)["tried"] == 10);
  CHECK(members_of(static_cast<const search_counts&>(found))["tried"] == 10);
}

TEST_CASE("documented: JSON of memory, stages and engines") {
  basic_memory<> whole;
  whole.weights = bytes<>::from_value(1.5);
  CHECK(to_json(whole)["total_bytes"] == 2);
  CHECK(to_json(parameters(small_llama))["norm"] == 532480);
  const auto fullest = fullest_stage(h100s_by_sheet(1), small_llama, layout{}, sixteen_chats);
  CHECK(to_json(fullest.workspace)["residual_bytes"] == 16900096);
  CHECK(to_json(fullest)["layers"] == 32);
  const layout four_stages{.pp = 4};
  CHECK(stages_to_json(h100s_by_sheet(4), small_llama, four_stages, sixteen_chats).size() == 4);
  const cluster c = h100s_by_sheet(4);
  json_tree out;
  out.object(
      [&] { put_stages(out, prepare_memory(c, small_llama, four_stages), sixteen_chats, true); });
  CHECK(out.take()["stages"].size() == 4);
  CHECK(to_json(runtime{})["page_tokens"] == 16);
  CHECK(members_of(runtime{})["reserve_bytes"] == 1073741824);
}

TEST_CASE("documented: figures as texts") {
  const std::array<detail::prefix, 2> thousands{{{1.0, ""}, {1000.0, "k"}}};
  CHECK(scaled(2150.0, thousands) == "2.15k");
  CHECK(significant(1234.5) == "1234");
  CHECK(in_full(-3.0) == "-3");
  CHECK(decimal_bytes(1.234e9) == "1.23 GB");
  CHECK(binary_bytes(1.234e9) == "1.15 GiB");
  CHECK(short_number(2150.0) == "2.15k");
  CHECK(short_number(671e9) == "671B");
  CHECK(short_seconds(0.0123) == "12.3 ms");
  CHECK(percent(0.471) == "47.1 %");
  CHECK(to_text(15_GB) == "15.0 GB / 14.0 GiB");
  CHECK(to_text(12.3_ms) == "12.3 ms");
  CHECK(to_text(token_rate<>::from_value(2150.0)) == "2.15k tokens/s");
  CHECK(to_text(2150_per_s) == "2.15k requests/s");
  CHECK(requests_per_s(2150.0) == "2.15k requests/s");
  CHECK(counted(8, "GPU") == "8 GPUs");
  CHECK(counted(1, "GPU") == "1 GPU");
  CHECK(tpot_text(25_ms) == "25.0 ms");
}

TEST_CASE("documented: texts of estimates") {
  const cluster c = h100s_by_sheet(1);
  const auto e = estimate(c, small_llama, layout{}, sixteen_chats);
  CHECK(contains(to_text(parameters(small_llama)), "1.34B  2.68 GB  2.50 GiB"));
  CHECK(contains(to_text(e.memory), "16.1 GB  15.0 GiB   18.9 %"));
  const auto fullest = fullest_stage(c, small_llama, layout{}, sixteen_chats);
  CHECK(contains(to_text(fullest), "26.7 %"));
  CHECK(contains(memory_text(fullest, layout{}), "26.7 %"));
  time_breakdown t;
  t.spend(term::norms, 3_s);
  t.spend(term::head, 1_s);
  CHECK(contains(to_text(t), "75.0 %"));
  CHECK(to_text(band{113_ms, 152_ms}) == "eight in ten 113 ms to 152 ms");
  const auto never = seconds<>::from_value(std::numeric_limits<double>::infinity());
  CHECK(to_text(band{113_ms, never}) == "nine in ten over 113 ms, without end in some");
  CHECK(contains(to_text(e.serving), "2.28k tokens/s"));
  CHECK(contains(to_text(e), "5.97 ms"));
  CHECK(contains(to_text(e, layout{}, fullest), "26.7 %"));
  const basic_pool<double, datasheet> pool{c, layout{}, 1};
  CHECK(contains(to_text(disaggregate(pool, pool, small_llama, sixteen_chats)), "5.37 ms"));
  CHECK(to_text(report{}) == "feasible\n");
}

TEST_CASE("documented: texts of layouts and searches") {
  const layout wide{{2, 1, 32}, {4, 2, 8}};
  CHECK(short_text(wide) == "tp2 cp1 dp32 | etp4 ep2 edp8 | pp1 | all-to-all");
  CHECK(short_text(layout{{8, 1, 2}, {1, 16, 1}, 1, expert_dispatch::all_gather}) ==
        "tp8 cp1 dp2 | etp1 ep16 edp1 | pp1 | all-gather");
  CHECK(short_text(small_llama, layout{{8, 1, 2}, {8, 1, 2}}) == "tp8 cp1 dp2 | pp1");
  CHECK(contains(to_text(catalog::deepseek_v3, wide), "64 GPUs"));
  CHECK(to_text(vllm{.tp = 8, .dp = 2, .expert_parallel = true}) == "vllm:tp=8,dp=2,ep=on");
  CHECK(to_text(to_vllm({{8, 1, 1}, {8, 1, 1}})) == "vllm:tp=8");
  CHECK(mesh_text({{4, 1, 2}, {8, 1, 1}}).starts_with("mesh:tp=4,dp=2"));
  CHECK(typed_text(small_llama, {{8, 1, 1}, {8, 1, 1}}, "vllm") == "vllm:tp=8");
  CHECK(flags_text(small_llama, {{8, 1, 1}, {8, 1, 1}}, "vllm") == "vllm:tp=8");
  CHECK(fault_text(parse_layout("vllm:tp=0")) ==
        "tp: 0; allowed: a whole number from 1 to 1000000");
  const auto found = search(h100s_by_sheet(4), small_llama, sixteen_chats, 3);
  const std::string ranking = ranking_text(small_llama, found);
  CHECK(contains(ranking, "1.89k"));
  CHECK(contains(ranking, "1.31k"));
  CHECK(contains(counts_text(found), "10 layouts tried, 10 feasible"));
  CHECK(contains(to_text(small_llama, found), "10 layouts tried, 10 feasible"));
  CHECK(to_text("expert", item_range{0, 64}) == "experts 0-63");
}

TEST_CASE("documented: names, graphs and figures of accelerators") {
  const std::array<std::string_view, 2> chips{"h100-sxm", "h200-sxm"};
  CHECK(did_you_mean("h100-sxn", chips) == " (did you mean h100-sxm?)");
  CHECK(near_name("H100", chips) == "h100-sxm");
  CHECK(listed_names(chips) == "h100-sxm, h200-sxm");
  const std::array<std::pair<std::string_view, int>, 2> table{{{"a", 1}, {"b", 2}}};
  CHECK(names_of(table) == "a, b");
  const std::string dot = to_dot(small_llama, layout{.pp = 4}, decode_step(16.0, 2304.0, 1.0));
  int clusters = 0;
  for (std::size_t at = 0; (at = dot.find("subgraph cluster", at)) != std::string::npos; ++at) {
    ++clusters;
  }
  CHECK(clusters == 4);
  const auto names = figure_names();
  CHECK(names.size() == 22);
  CHECK(std::find(names.begin(), names.end(), "memory_rate") != names.end());
}

TEST_CASE("documented: a config.json of Llama-3.1-8B has 8,030,261,248 parameters") {
  const auto read = import_hf_config(R"({"model_type": "llama", "hidden_size": 4096,
    "intermediate_size": 14336, "num_attention_heads": 32, "num_key_value_heads": 8,
    "num_hidden_layers": 32, "vocab_size": 128256, "max_position_embeddings": 131072,
    "tie_word_embeddings": false, "torch_dtype": "bfloat16"})");
  REQUIRE(read.error == "");
  CHECK(parameters(*read.model).total() == 8030261248);
}
