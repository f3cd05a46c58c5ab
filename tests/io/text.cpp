// SPDX-License-Identifier: BSL-1.0
#include "shardline/io/text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "chat_on_h200s.hpp"
#include "contains.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/index.hpp"

namespace {

using namespace shardline;
using namespace shardline::literals;

std::vector<std::string> lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> result;
  for (std::string line; std::getline(in, line);) result.push_back(line);
  return result;
}

// The line of a table that starts with `label`.
std::string row(const std::string& text, const std::string& label) {
  for (const std::string& line : lines(text)) {
    if (line.find("  " + label + "  ") == 0) return line;
  }
  return {};
}

// The sum of a table's column of percentages, without the rows that are totals.
double percentages(const std::string& table) {
  double sum = 0.0;
  for (const std::string& line : lines(table)) {
    const bool counts = line.ends_with(" %") && line.find("total") == std::string::npos &&
                        line.find("capacity") == std::string::npos &&
                        line.find("bound by") == std::string::npos;
    if (!counts) continue;
    const std::size_t end = line.size() - 2;
    const std::size_t begin = line.rfind(' ', end - 1);
    sum += std::atof(line.substr(begin, end - begin).c_str());
  }
  return sum;
}

}  // namespace

TEST_CASE("figures have three significant digits, no exponent, and every digit before the point") {
  CHECK(significant(1.23456) == "1.23");
  CHECK(significant(12.3456) == "12.3");
  CHECK(significant(123.456) == "123");
  CHECK(significant(1234.5) == "1234");
  CHECK(significant(9.996) == "10.0");
  CHECK(significant(0.012345) == "0.0123");
  CHECK(significant(-2.5) == "-2.50");
  CHECK(significant(0.0) == "0");
  CHECK(significant(1.23456, 5) == "1.2346");
  CHECK(significant(1e22).size() == 23);
  CHECK(significant(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(significant(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("bytes are read in powers of ten and of two") {
  CHECK(decimal_bytes(0.0) == "0 B");
  CHECK(decimal_bytes(512.0) == "512 B");
  CHECK(decimal_bytes(1.23e9) == "1.23 GB");
  CHECK(decimal_bytes(999.9e6) == "1.00 GB");
  CHECK(decimal_bytes(2e17) == "200 PB");
  CHECK(binary_bytes(1073741824.0) == "1.00 GiB");
  CHECK(binary_bytes(1536.0) == "1.50 KiB");
  CHECK(to_text(16_GiB) == "17.2 GB / 16.0 GiB");
}

TEST_CASE("seconds and rates have the prefix that fits") {
  CHECK(to_text(12.3_ms) == "12.3 ms");
  CHECK(to_text(3_us) == "3.00 us");
  CHECK(to_text(2_s) == "2.00 s");
  CHECK(to_text(120_s) == "120 s");
  CHECK(short_seconds(5e-9) == "5.00 ns");
  CHECK(short_seconds(2e-11) == "0.0200 ns");
  CHECK(short_seconds(0.0) == "0 s");
  CHECK(to_text(token_rate<>::from_value(2147.0)) == "2.15k tokens/s");
  CHECK(to_text(token_rate<>::from_value(155.2)) == "155 tokens/s");
  CHECK(short_number(671026419200.0) == "671B");
  CHECK(percent(0.471) == "47.1 %");
}

TEST_CASE("numbers in full lose nothing") {
  CHECK(in_full(-3.0) == "-3");
  CHECK(in_full(1e6) == "1000000");
  CHECK(in_full(0.1) == "0.1");
  CHECK(in_full(1e-6) == "1e-06");
  CHECK(in_full(1e21) == "1e+21");
  CHECK(in_full(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(in_full(std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("a table's columns are as wide as their widest cell") {
  text_table table("lr");
  table.add({"a", "1"});
  table.add({"long", "1000", "tail"});
  CHECK(table.text("> ") == "> a        1\n> long  1000  tail\n");
  CHECK(text_table("l").text().empty());
}

TEST_CASE("a violation is its sentence and both figures, in units that a person reads") {
  CHECK(to_text(violation{rule::gpus, 16384, 64}) ==
        "the layout needs more GPUs than the cluster has: 16384 required, 64 available");
  CHECK(to_text(violation{rule::memory, 200'000'000'000, 151'397'597'184}) ==
        "the fullest GPU needs more memory than it has: 200 GB required, 151 GB available");
  CHECK(to_text(violation{rule::tpot, 12'300'000, 5'000'000}) ==
        "the time per output token is longer than allowed: 12.3 ms required, 5.00 ms available");
  CHECK(to_text(violation{rule::attention_heads, 3, 64}) ==
        "tensor parallelism (tp) must divide the attention heads: 3 does not divide 64");
  CHECK(to_text(violation{rule::context, 200000, 131072}) ==
        "input and output exceed the model's longest context: 200000 tokens required, 131072 "
        "tokens available");
}

TEST_CASE("a time to first token that grows without end is no number of seconds") {
  report r;
  workload w;
  w.max_ttft = 500_ms;
  const basic_serving<> s{.ttft = seconds<>::from_value(endless<double>())};
  detail::check_figures({}, s, w, r);
  CHECK(contains(to_text(r), "than allowed: grows without end, 500 ms available\n"));
}

TEST_CASE("figures of a violation that are close are given the digits that tell them apart") {
  const std::string text = to_text(violation{rule::memory, 151'397'597'185, 151'397'597'184});
  CHECK(contains(text, "151.397597185 GB required, 151.397597184 GB available"));
  CHECK(contains(to_text(violation{rule::ttft, 500'000'001, 500'000'000}),
                 "500.000001 ms required, 500.000000 ms available"));
}

TEST_CASE("every rule and every warning has a sentence with both figures") {
  for (std::size_t i = 0; i < rule_count; ++i) {
    const auto r = static_cast<rule>(i);
    const std::string text = to_text(violation{r, 77, r == rule::precision ? 0 : 55});
    CAPTURE(text);
    CHECK(text.find(text_of(r).sentence) == 0);
    CHECK(contains(text, "77"));
    CHECK(contains(text, r == rule::precision ? "none" : "55"));
  }
  for (std::size_t i = 0; i < warning_count; ++i) {
    const auto w = static_cast<warning>(i);
    const std::string text = to_text(warning_note{w, 77, 55});
    CAPTURE(text);
    CHECK(text.find(text_of(w).sentence) == 0);
    CHECK(contains(text, "77"));
    CHECK(contains(text, "55"));
  }
}

TEST_CASE("an invalid input is its name, its value and what is allowed") {
  CHECK(to_text(invalid_field{field::tp, -3.0}) ==
        "layout.attention.tp: -3; allowed: a whole number from 1 to 1000000");
  CHECK(to_text(invalid_field{field::mfu, 1.5}) ==
        "efficiency.mfu: 1.5; allowed: a number from 1e-06 to 1");
  CHECK(to_text(invalid_field{field::input, std::numeric_limits<double>::quiet_NaN()}) ==
        "workload.input [tokens]: nan; allowed: a whole number from 1 to 1000000000");
  CHECK(to_text(invalid_field{field::layer_kinds, 17.0}) ==
        "model.layers, kinds: 17; allowed: a whole number from 0 to 16");
  CHECK(
      to_text(invalid_field{field::exception_classes, 2.0, condition::classes_that_layers_have}) ==
      "layer.exceptions.classes (embedding, norm, head): 2; allowed: none of these, which are no "
      "layer's");
}

TEST_CASE("a value inside its own range that contradicts another field is said to") {
  model m = catalog::llama_3_1_8b;
  m.layers = {{32,
               {grouped_query_attention{.heads = 32, .kv_heads = 7, .head_dim = 128},
                dense_feed_forward{.width = 14336}}}};
  const field_errors errors = validate(m);
  REQUIRE(errors.found.size() == 1);
  CHECK(to_text(errors.found[0]) ==
        "attention.kv_heads: 7; allowed: a divisor of attention.heads, which is 32");
  CHECK(to_text(invalid_field{field::rate, 1e-10, condition::zero_or_not_rarer}) ==
        "workload.rate [requests/s]: 1e-10; allowed: 0, or from 1e-09");
  CHECK(to_text(invalid_field{field::redundant_experts, 8.0, condition::none_without_experts}) ==
        "layout.redundant_experts: 8; allowed: 0 for a model without experts");
}

TEST_CASE("a layout is written as meshes and in each convention, or with the reason why not") {
  CHECK(to_text(catalog::deepseek_v3, to_layout(product{.ep = 8, .tp = 1, .pp = 2})) ==
        "tp1 cp1 dp8 | etp1 ep8 edp1 | pp2 | all-to-all, 16 GPUs, layers 31, 30\n"
        "vllm:tp=1,dp=8,pp=2,ep=on,all2all=on\n"
        "product:ep=8,tp=1,pp=2,dp=1\n");
  CHECK(to_text(catalog::deepseek_v3, {{2, 1, 4}, {2, 2, 2}}) ==
        "tp2 cp1 dp4 | etp2 ep2 edp2 | pp1 | all-to-all, 8 GPUs\n"
        "no vLLM flags: vLLM does not replicate experts (edp = 1)\n"
        "product:ep=2,tp=2,pp=1,dp=2\n");
}

TEST_CASE("stages are listed where a framework would split them otherwise, copies are named") {
  layout l = to_layout(vllm{.tp = 2, .pp = 4, .expert_parallel = true, .redundant_experts = 32});
  CHECK(to_text(catalog::deepseek_v3, l) ==
        "tp2 cp1 dp1 | etp1 ep2 edp1 | pp4, 8 GPUs, 32 redundant experts, layers 2 x 15, 16, 15\n"
        "vllm:tp=2,pp=4,ep=on,redundant=32\n"
        "no product plan: product plans split experts and attention over the same TP (etp = tp)\n");
  CHECK(to_text(catalog::llama_3_1_8b, to_layout(vllm{.tp = 16, .dcp = 2})) ==
        "tp16 dcp2 cp1 dp1 | pp1, 16 GPUs\n"
        "vllm:tp=16,dcp=2\n"
        "no product plan: product plans have no context parallelism (cp, dcp)\n");
  l = to_layout(product{.ep = 2, .pp = 4});
  CHECK(to_text(catalog::deepseek_v3, l) ==
        "tp1 cp1 dp2 | etp1 ep2 edp1 | pp4 | all-to-all, 8 GPUs, layers 16, 3 x 15\n"
        "vllm:tp=1,dp=2,pp=4,layers=16/15/15/15,ep=on,all2all=on\n"
        "product:ep=2,tp=1,pp=4,dp=1\n");
  l.stages.remainder = stage_remainder::before_last;
  CHECK(to_text(catalog::deepseek_v3, l) ==
        "tp1 cp1 dp2 | etp1 ep2 edp1 | pp4 | all-to-all, 8 GPUs, layers 2 x 15, 16, 15\n"
        "vllm:tp=1,dp=2,pp=4,ep=on,all2all=on\n"
        "product:ep=2,tp=1,pp=4,dp=1,layers=15/15/16/15\n");
  l.expert = {1, 2, 1};
  l.redundant_experts = 1;
  CHECK(vllm::of(catalog::deepseek_v3, l).why_not ==
        "vLLM's redundant experts must leave every expert rank equally many");
}

TEST_CASE("flags that are printed for a split give the same layers on every stage") {
  for (const stage_remainder rule :
       {stage_remainder::first, stage_remainder::before_last, stage_remainder::last}) {
    for (integer pp = 1; pp <= 61; ++pp) {
      layout l = to_layout(vllm{.tp = 2, .pp = pp});
      l.stages.remainder = rule;
      const conversion<vllm> flags = vllm::of(catalog::deepseek_v3, l);
      const conversion<product> plan = product::of(catalog::llama_3_1_70b, l);
      REQUIRE(flags.has_value());
      REQUIRE(plan.has_value());
      const layout by_flags = parse_layout(to_text(flags.flags)).layout;
      const layout by_plan = parse_layout(to_text(plan.flags)).layout;
      for (integer stage = 0; stage < pp; ++stage) {
        CHECK(layers_of_stage(by_flags, 61, stage) == layers_of_stage(l, 61, stage));
        CHECK(layers_of_stage(by_plan, 80, stage) == layers_of_stage(l, 80, stage));
      }
    }
  }
}

TEST_CASE("a layout's flags are written in the convention that is asked for") {
  const layout l = to_layout(vllm{.tp = 4});
  CHECK(flags_text(catalog::llama_3_1_8b, l, "vllm") == "vllm:tp=4");
  CHECK(flags_text(catalog::llama_3_1_8b, l, "product") == "product:ep=1,tp=4,pp=1,dp=1");
  CHECK(flags_text(catalog::llama_3_1_8b, l, "deepspeed").empty());
  const layout split = to_layout(product{.ep = 2, .tp = 2});
  CHECK(flags_text(catalog::deepseek_v3, split, "vllm").empty());
  CHECK(flags_text(catalog::deepseek_v3, split, "product") == "product:ep=2,tp=2,pp=1,dp=1");
}

TEST_CASE("a dense model's layout has no expert mesh and has flags in both conventions") {
  CHECK(to_text(catalog::llama_3_1_8b, {{4, 1, 2}, {4, 1, 2}}) ==
        "tp4 cp1 dp2 | pp1, 8 GPUs\nvllm:tp=4,dp=2\nproduct:ep=1,tp=4,pp=1,dp=2\n");
  CHECK(to_text(catalog::llama_3_1_8b, to_layout(vllm{.tp = 4, .dp = 2})) ==
        to_text(catalog::llama_3_1_8b, layout{{4, 1, 2}, {4, 1, 2}}));
}

TEST_CASE("vLLM flags that are printed give a layout of the same cost") {
  const auto c = h200s(8);
  for (const model* m : {&catalog::deepseek_v3, &catalog::llama_3_1_70b}) {
    integer expressible = 0;
    for_each_layout(8, *m, [&](const layout& l) {
      const conversion<vllm> flags = vllm::of(*m, l);
      if (!flags.has_value()) return;
      ++expressible;
      const layout read_back = parse_layout(to_text(flags.flags)).layout;
      CHECK(estimate(c, *m, read_back, chat()).serving.output_tokens_per_s.value() ==
            estimate(c, *m, l, chat()).serving.output_tokens_per_s.value());
    });
    CHECK(expressible > 0);
  }
}

TEST_CASE("memory shares are of the capacity, and the parts are those of the total") {
  const auto m = memory(h200s(16), catalog::deepseek_v3,
                        to_layout(vllm{.tp = 8, .dp = 2, .expert_parallel = true}), chat());
  const std::string text = to_text(m);
  for (const char* label :
       {"weights", "KV cache", "activations", "communication", "reserve", "total", "capacity"}) {
    CAPTURE(label);
    CHECK_FALSE(row(text, label).empty());
  }
  CHECK(row(text, "weights") == "  weights        " + decimal_bytes(m.weights.value()) + "  " +
                                    binary_bytes(m.weights.value()) + "   " +
                                    percent(m.weights / m.capacity));
  CHECK(percentages(text) == doctest::Approx(100.0 * (m.total() / m.capacity)).epsilon(0.01));
  CHECK(contains(text, "room for " + in_full(m.kv_capacity.value()) + " tokens"));
}

TEST_CASE("state and what the engine withholds have a row only where there are any") {
  basic_memory<double> m;
  m.capacity = 100_B;
  m.weights = 10_B;
  CHECK(row(to_text(m), "state").empty());
  CHECK(row(to_text(m), "withheld").empty());
  m.state = 20_B;
  m.withheld = 30_B;
  CHECK(row(to_text(m), "state") == "  state          20.0 B  20.0 B   20.0 %");
  CHECK(row(to_text(m), "withheld") == "  withheld       30.0 B  30.0 B   30.0 %");
  CHECK(row(to_text(m), "total") == "  total          60.0 B  60.0 B   60.0 %");
}

TEST_CASE("a stage's memory names the weights by class, the peak operator and every buffer") {
  const layout l = to_layout(vllm{.tp = 8, .dp = 2, .expert_parallel = true});
  const auto c = with_engine(h200s(16), engines::vllm);
  const stage_memory s = fullest_stage(c, catalog::deepseek_v3, l, chat());
  const std::string text = to_text(s);
  for (const char* label :
       {"weights", "  routed expert", "  head", "activations", "  residual stream",
        "  all-reduce, 8 ranks", "  reduce-scatter, 2 ranks, 8 apart", "withheld"}) {
    CAPTURE(label);
    CHECK_FALSE(row(text, label).empty());
  }
  CHECK(row(text, "  send-recv").empty());
  CHECK(row(text, "  norms").empty());  // not the peak
  CHECK(percentages(text) ==
        doctest::Approx(100.0 * (s.memory.total() / s.memory.capacity)).epsilon(0.01));
  CHECK(memory_text(s, l).find("memory of the fullest GPU, share of its capacity\n") == 0);

  const layout stages = to_layout(vllm{.tp = 8, .pp = 2, .expert_parallel = true});
  const stage_memory last = fullest_stage(c, catalog::deepseek_v3, stages, chat());
  CHECK(
      memory_text(last, stages)
          .find("memory of the fullest GPU, in stage 1 (layers 31-60), share of its capacity\n") ==
      0);
  const auto e = estimate(c, catalog::deepseek_v3, stages, chat());
  CHECK(contains(to_text(e, stages, last), memory_text(last, stages)));
  CHECK(contains(to_text(e, stages, last), to_text(e.serving)));
}

TEST_CASE("an engine is one line of its constants") {
  CHECK(to_text(runtime{}) ==
        "all of the memory; 1.00 GiB reserved; pages of 16 tokens; room for the workload's largest "
        "step");
  CHECK(to_text(engines::vllm.runtime) ==
        "0.92 of the memory, CUDA graphs within; 133 MiB reserved; 420 MiB more with peers; 399 "
        "MiB of CUDA graphs; "
        "pages of 16 tokens; room for steps of 8192 tokens, 1024 sequences; 38 bytes per logit; "
        "vocabulary padded to 64; MXFP4 experts padded to 256");
  CHECK(to_text(engines::sglang.runtime)
            .find("weights and KV cache in the share that the engine derives; ") == 0);
  runtime capped = engines::sglang.runtime;
  capped.budget = derived_static<>{0.5};
  CHECK(to_text(capped).find("weights and KV cache in the share that the engine derives, at most "
                             "0.5; ") == 0);
  CHECK(contains(to_text(capped), "steps of 8192 tokens of all replicas, 2048 sequences"));
  CHECK(to_text(engines::tensorrt_llm.runtime)
            .find("KV cache in 0.9 of what the rest leaves free; ") == 0);
}

TEST_CASE("terms of a time have their share, and the line below says what bounds it") {
  basic_time<double> t;
  t.spend(term::attention, 3_ms);
  t.wait(bound::memory, 3_ms);
  t.spend(term::head, 1_ms);
  t.wait(bound::compute, 1_ms);
  CHECK(to_text(t) ==
        "  attention  3.00 ms   75.0 %\n"
        "  head       1.00 ms   25.0 %\n"
        "  total      4.00 ms  100.0 %\n"
        "  bound by memory: compute 25.0 %, memory 75.0 %, link 0.0 %, launch 0.0 %\n");
}

TEST_CASE("an estimate is the verdict and every part; one without figures says so") {
  const layout l = to_layout(vllm{.tp = 8, .dp = 2, .expert_parallel = true});
  const auto c = h200s(16);
  const auto e = estimate(c, catalog::deepseek_v3, l, chat());
  const std::string text = to_text(e);
  CHECK(text.find("feasible\n") == 0);
  for (const std::string& part :
       {to_text(e.memory), to_text(e.prefill), to_text(e.decode), to_text(e.serving)}) {
    CHECK(contains(text, part));
  }
  CHECK(percentages(to_text(e.decode)) == doctest::Approx(100.0).epsilon(0.01));

  const auto none = estimate(c, catalog::deepseek_v3, {{1, 1, 1}, {1, 1, 1}, 62}, chat());
  CHECK(contains(to_text(none), "infeasible\n"));
  CHECK(contains(to_text(none),
                 "  violated: there are more pipeline stages (pp) than layers: 62 "
                 "required, 61 available\n"));
  CHECK(contains(to_text(none), "no figures"));
  CHECK_FALSE(contains(to_text(none), "serving"));
}

TEST_CASE("serving prints its figures, waiting and utilisation where there are any") {
  basic_serving<double> s;
  s.concurrency = s.running = 64.0;
  s.utilisation = 1.0;
  s.requests_per_s = request_rate<>::from_value(19.4);
  s.ttft = 181_ms;
  s.tpot = 6.11_ms;
  s.output_tokens_per_s = token_rate<>::from_value(9920.0);
  s.output_tokens_per_s_per_gpu = token_rate<>::from_value(155.0);
  s.total_tokens_per_s_per_gpu = token_rate<>::from_value(775.0);
  CHECK(to_text(s) ==
        "  in flight                 64 sequences\n"
        "  requests                  19.4 requests/s\n"
        "  time to first token       181 ms\n"
        "  time per output token     6.11 ms\n"
        "  output                    9.92k tokens/s\n"
        "  output per GPU            155 tokens/s\n"
        "  input and output per GPU  775 tokens/s\n");
  s.utilisation = 1.5;
  s.concurrency = std::numeric_limits<double>::infinity();
  s.ttft = s.waiting = seconds<>::from_value(s.concurrency);
  CHECK(to_text(s) ==
        "  in flight                 grows without end, 64 sequences run\n"
        "  requests                  19.4 requests/s\n"
        "  utilisation               150.0 %\n"
        "  time to first token       grows without end\n"
        "  time per output token     6.11 ms\n"
        "  output                    9.92k tokens/s\n"
        "  output per GPU            155 tokens/s\n"
        "  input and output per GPU  775 tokens/s\n");
  s.concurrency = 64.0;
  s.ttft = 181_ms;
  s.running = 12.25;
  s.utilisation = 0.471;
  s.waiting = 30_ms;
  CHECK(to_text(s) ==
        "  in flight                 64 sequences, of which 12.2 run\n"
        "  requests                  19.4 requests/s\n"
        "  utilisation               47.1 %\n"
        "  time to first token       181 ms\n"
        "    of it waiting           30.0 ms\n"
        "  time per output token     6.11 ms\n"
        "  output                    9.92k tokens/s\n"
        "  output per GPU            155 tokens/s\n"
        "  input and output per GPU  775 tokens/s\n");
}

TEST_CASE("weights are listed by class with their total, absent classes left out") {
  const std::string text = to_text(parameters(catalog::llama_3_1_8b));
  CHECK(row(text, "total") == "  total               8.03B  16.1 GB  15.0 GiB");
  CHECK_FALSE(row(text, "dense feed-forward").empty());
  CHECK(row(text, "router").empty());
}

TEST_CASE("answers of one token have no time per output token") {
  workload w = chat();
  w.output = 1_tokens;
  const auto e = estimate(h200s(8), catalog::llama_3_1_8b, layout{}, w);
  CHECK(tpot_text(e.serving.tpot) == "-");
  CHECK(contains(to_text(e.serving, e.bands), "time per output token     -\n"));
  CHECK(tpot_text(6.11_ms) == "6.11 ms");
}

TEST_CASE("a row of a ranking ends with what can be typed: an engine's flags, or a mesh") {
  const search_result r = search(h200s(16), catalog::deepseek_v3, chat(), 40);
  int meshes = 0;
  for (const candidate& c : r.best) {
    const std::string typed = detail::ranked_row<double>(1, {&catalog::deepseek_v3, &c}).back();
    CAPTURE(typed);
    const parsed_layout again = parse_layout(typed);
    REQUIRE(again.has_value());
    CHECK(typed_text(catalog::deepseek_v3, again.layout, vllm::convention) == typed);
    if (typed.starts_with("mesh:")) ++meshes;
    if (typed.starts_with("mesh:")) CHECK(again.layout == c.layout);
  }
  CHECK(meshes > 0);
  CHECK(meshes < 40);
}

TEST_CASE("a search is its ranking, one row each, and the counts of every rejecting rule") {
  const search_result r = search(h200s(16), catalog::deepseek_v3, chat(), 4);
  const std::string ranking = ranking_text(catalog::deepseek_v3, r);
  const std::vector<std::string> rows = lines(ranking);
  REQUIRE(rows.size() == 5);
  for (std::size_t i = 0; i < r.best.size(); ++i) {
    const candidate& c = r.best[i];
    CAPTURE(rows[i + 1]);
    CHECK(rows[i + 1].find("   " + std::to_string(i + 1) + "  ") == 0);
    CHECK(contains(rows[i + 1], short_text(c.layout)));
    CHECK(contains(rows[i + 1], to_text(c.estimate.serving.ttft)));
    CHECK(contains(rows[i + 1], to_text(c.estimate.serving.tpot)));
    CHECK(contains(rows[i + 1], decimal_bytes(c.estimate.memory.total().value()) + " / 150 GB"));
  }
  const std::string counts = counts_text(r);
  CHECK(counts.find(std::to_string(r.tried) + " layouts tried, " + std::to_string(r.feasible) +
                    " feasible\n") == 0);
  for (std::size_t i = 0; i < rule_count; ++i) {
    const std::string line = std::to_string(r.rejected[i]) +
                             "  rejected: " + std::string(text_of(static_cast<rule>(i)).sentence) +
                             '\n';
    CHECK(contains(counts, line) == (r.rejected[i] > 0));
  }
  CHECK(to_text(catalog::deepseek_v3, r) == ranking + '\n' + counts);
}

TEST_CASE("a rule that rejected a single layout is listed, one that rejected none is not") {
  search_result r;
  r.tried = 3;
  r.feasible = 1;
  r.rejected[static_cast<std::size_t>(rule::gpus)] = 1;
  r.invalid = 1;
  CHECK(counts_text(r) ==
        "3 layouts tried, 1 feasible\n"
        "  1  rejected: the layout needs more GPUs than the cluster has\n"
        "  1  not judged: an input is invalid\n");
}

TEST_CASE("a search without a feasible layout says so, one with an invalid input which") {
  workload w = chat();
  w.max_tpot = 1_us;
  CHECK(to_text(catalog::deepseek_v3, search(h200s(8), catalog::deepseek_v3, w))
            .find("no feasible layout\n") == 0);
  w.output = 0_tokens;
  CHECK(contains(to_text(catalog::deepseek_v3, search(h200s(8), catalog::deepseek_v3, w)),
                 "invalid: workload.output [tokens]: 0; allowed: a whole number from 1 to "));
}
