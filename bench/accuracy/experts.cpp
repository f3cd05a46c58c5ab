// SPDX-License-Identifier: BSL-1.0
// Layers of routed experts: operators/<chip>/moe.csv. Times are those of the busiest rank.
// `balanced` rows have their tokens dealt out evenly; `power_law_x` rows draw each expert's load
// from density ~ load^-x and what the busiest rank gets of it is work/routing/routing.hpp's. All
// constants are fitted to that. Set apart, and not fitted to: rows that are faster than the memory
// could read the matrices.
#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "constants.hpp"
#include "families.hpp"
#include "held.hpp"
#include "operators.hpp"
#include "shardline/work/routing/routing.hpp"
#include "study.hpp"
#include "table.hpp"

namespace accuracy {

namespace {

using shardline::integer;
using curve = shardline::expert_curve<>;

// One rank's experts of a layer: both multiplications and all that lies around them.
struct expert_layer {
  std::shared_ptr<const kernels> of{};
  shardline::grouped_gemm<double> up{};
  shardline::grouped_gemm<double> down{};
  shardline::expert_activation<double> around{};
};

template <class Accelerator>
double total(const Accelerator& a, const expert_layer& l) {
  return (time_of(a, l.up).total() + time_of(a, l.down).total() + time_of(a, l.around).total())
      .value();
}

double predicted(const curve& c, const expert_layer& l) {
  auto& a = l.of->trial;
  a.efficiency.experts.of.fill(c);
  return total(a, l);
}

observation observed_layer(const curve& shipped, const expert_layer& l, double measured) {
  observation o;
  o.measured = measured;
  o.fitted = predicted(shipped, l);
  o.kernels = l.up.kernels() + l.down.kernels() + l.around.kernels();
  for (const auto& bound : {time_of(l.of->bare, l.up), time_of(l.of->bare, l.down)}) {
    o.compute += bound.compute.value();
    o.memory += bound.memory.value();
  }
  o.memory += time_of(l.of->bare, l.around).memory.value();
  return o;
}

// Formats as tables name them; which kernel an engine runs for each, where a table has several.
struct dtype {
  const char* name;
  const char* title;
  shardline::weight_format format;
};
const dtype dtypes[]{{"bfloat16", "experts, bf16", shardline::formats::bf16},
                     {"fp8", "experts, fp8", shardline::formats::fp8},
                     {"fp8_block", "experts, fp8 in blocks", shardline::formats::fp8_block},
                     {"nvfp4", "experts, nvfp4", shardline::formats::nvfp4},
                     {"w4a16_mxfp4", "experts, mxfp4", shardline::formats::mxfp4},
                     {"w4a8_mxfp4_mxfp8", "experts, mxfp4", shardline::formats::mxfp4},
                     {"int4_wo", "experts, int4", shardline::formats::int4_g128}};

const dtype* dtype_of(const std::string& name) {
  for (const dtype& d : dtypes) {
    if (name == d.name) return &d;
  }
  return nullptr;
}

// Constants of a study's curves, which are of one silicon: all but how fast their memories are is
// one's, so that faster memory is never slower.
void add_constants(study<curve, expert_layer>& s, bool multiplies_foreign_rows) {
  const indices all = detail::first_numbers(s.curves.size());
  const auto own = [&](const std::string& name, auto member, double start, double lowest,
                       double highest) {
    s.constants.push_back(shared(name, member, all, start, lowest, highest));
  };
  own("compute", &curve::compute, 0.6, 0.02, 1.0);
  own("bandwidth", &curve::bandwidth, 0.7, 0.1, 1.0);
  add_held(s, "held_bandwidth", &curve::bandwidth, -1.0);
  own("launch", &curve::launch, 20.0, 1.0, 400.0);
  own("per_expert", &curve::per_expert, 0.03, 0.0, 3.0);
  own("sorting", &curve::sorting, 15.0, 0.0, 200.0);
  own("sorted_tokens", &curve::sorted_tokens, 60.0, 1.0, 600.0);
  own("block_rows", &curve::block_rows, 30.0, 0.0, 250.0);
  own("walk", &curve::walk, 3e-10, 0.0, 2e-8);
  own("passes", &curve::passes, 1.5, 0.1, 12.0);
  add_held(s, "held_passes", &curve::passes, 1.0);
  own("foreign_rows", &curve::foreign_rows, 0.3, 0.0, 1.0);
  if (multiplies_foreign_rows) own("foreign_products", &curve::foreign_products, 0.3, 0.0, 1.0);
}

study<curve, expert_layer> study_of(const std::string& name) {
  study<curve, expert_layer> s{{name}, {}, {}, {}, &predicted};
  s.forms.clear();
  for (const double large : {64.0, 128.0, 256.0}) {
    for (const double small : {8.0, 16.0}) {
      s.forms.push_back([=](curve& c) { c.tiles = {small, large}; });
    }
  }
  return s;
}

// Rows of the busiest rank, and its experts that they hit.
struct rank_rows {
  double rows = 0.0;
  double hit = 0.0;
};
rank_rows busiest(const shardline::expert_group& g, const std::string& distribution) {
  const std::string law = "power_law_";
  if (!distribution.starts_with(law)) {
    const double rows = std::max(1.0, g.routed_rows() / static_cast<double>(g.ep));
    return {rows, std::min(g.local(), rows)};
  }
  const auto load = shardline::power_law_load(g, std::stod(distribution.substr(law.size())));
  return {load.imbalance * g.mean_rows(), load.distinct};
}

expert_layer layer_of(const table<13>& row, const std::shared_ptr<const kernels>& of,
                      const shardline::weight_format& format) {
  const auto number = [&](std::size_t column) { return static_cast<integer>(row.number(column)); };
  const integer hidden = number(4);
  const integer width = number(5) / number(8);
  const shardline::expert_group g{number(7), number(6), number(9), row.number(11)};
  const integer own = number(7) / number(9);
  const rank_rows r = busiest(g, row.word(10));
  const auto routed = shardline::weight_class::routed_expert;
  const double seen = g.tokens * row.number(6);
  const double met = std::min(r.rows * row.number(6), seen);
  constexpr auto activation = shardline::precision::bf16;
  return {of,
          {{routed, format, hidden, 2 * width, own}, r.rows, r.hit, activation, met},
          {{routed, format, width, hidden, own}, r.rows, r.hit, activation, met},
          {format, r.rows, g.tokens, seen, own, hidden, 2 * width, width}};
}

// MXFP4 weights meet activations of 8 bits where the hardware multiplies 4-bit floats, of 16
// elsewhere.
bool is_run(const kernels& of, const std::string& name) {
  const bool multiplies = shardline::detail::has_peak(of.bare.peak, shardline::precision::fp4);
  return multiplies ? name != "w4a16_mxfp4" : name != "w4a8_mxfp4_mxfp8";
}

// Kernels that no deployment of the formats above runs: blocks of two matrices; CUTLASS's of NVFP4,
// where TensorRT-LLM has those of trtllm-gen, which the table calls min_latency; and vLLM's of
// MXFP4 as that benchmark ran it, 1.4 ms for 64 tokens of one expert of a B200, a step of which
// takes less for all 36 layers; and vLLM's of 4-bit integers from 0.19 on, three to five times as
// long as 0.14's and SGLang's of the same Marlin kernels, and longer than reading the weights in 16
// bits.
bool is_set_apart(const kernels& of, const std::string& source, const std::string& name) {
  const bool generated = of.gpu() == "b200-sxm" && name == "nvfp4";
  return source.ends_with("nongated") || source == "vllm_mxfp4_moe" ||
         source == "vllm_marlin_int4_moe" ||
         source.ends_with("min_latency") != (generated && source.starts_with("moe_torch_flow"));
}

// SGLang 0.5.10 multiplies all rows of the tokens that a rank of several has a row of, 0.5.9 its
// own alone: but for Marlin's, which did so before, and but on Blackwell, where both are alike.
bool multiplies_in_four_bits(const kernels& of) {
  return shardline::detail::has_peak(of.bare.peak, shardline::precision::fp4);
}
bool may_multiply_foreign_rows(const kernels& of, const std::string& name) {
  return of.engine == "sglang" && (name == "int4_wo" || !multiplies_in_four_bits(of));
}
bool is_superseded(const kernels& of, const table<13>& row) {
  return of.engine == "sglang" && !multiplies_in_four_bits(of) && row.word(3) != "int4_wo" &&
         row.word(1) == "0.5.9" && row.number(9) > 1.0;
}

// Faster than the memory could read the experts' matrices, though the last-level cache cannot hold
// them: not all that the routing says were read.
bool is_impossible(const kernels& of, const observation& seen) {
  const double bytes = seen.memory * of.bare.memory_rate.value();
  return seen.measured < seen.memory && bytes > of.bare.last_level_cache.value();
}

studies<curve, expert_layer> expert_studies(const std::string& folder) {
  std::map<std::string, std::size_t> places;
  studies<curve, expert_layer> all;
  std::vector<bool> multiply_foreign_rows;
  const auto add = [&](const auto& of, const table<13>& row, bool current) {
    const dtype* d = dtype_of(row.word(3));
    const bool of_marlin = row.word(2) == "vllm_marlin_moe";  // the last that is no longer current
    if (d == nullptr || !(current || of_marlin) || is_set_apart(*of, row.word(2), row.word(3)) ||
        !is_run(*of, row.word(3)) || is_superseded(*of, row))
      return;
    const std::string name = "experts " + of->silicon() + " " + d->name;
    const auto [place, is_new] = places.insert({name, all.size()});
    const curve& shipped = of->fitted.efficiency.experts[kernel_of(d->format)];
    if (is_new) {
      all.push_back(study_of(name));
      multiply_foreign_rows.push_back(may_multiply_foreign_rows(*of, row.word(3)));
    }
    const expert_layer l = layer_of(row, of, d->format);
    observation seen = observed_layer(shipped, l, row.number(12) * 1e-3);
    seen.apart = is_impossible(*of, seen);
    study<curve, expert_layer>& s = all[place->second];
    s.format = kernel_of(d->format);
    s.samples.push_back({curve_of(s, of->gpu(), curve{}), l, of->gpu(),
                         row.word(4) + " " + row.word(5) + " " + row.word(7), d->title, of->gpu(),
                         seen, !seen.apart});
  };
  for_each_row<13>(
      folder, "moe",
      {"engine", "version", "kernel_source", "moe_dtype", "hidden_size", "inter_size", "topk",
       "num_experts", "moe_tp_size", "moe_ep_size", "distribution", "num_tokens", "latency"},
      add);
  for (std::size_t i = 0; i < all.size(); ++i) {
    add_constants(all[i], multiply_foreign_rows[i]);
  }
  return all;
}

}  // namespace

scores expert_scores(const std::string& folder) {
  scores found;
  add_scores(expert_studies(folder), found);
  return found;
}

void add_expert_curves(const std::string& folder, chip_curves& found) {
  const std::vector<member<curve>> members{{"compute", &curve::compute},
                                           {"bandwidth", &curve::bandwidth},
                                           {"launch", &curve::launch},
                                           {"per_expert", &curve::per_expert},
                                           {"sorting", &curve::sorting},
                                           {"sorted_tokens", &curve::sorted_tokens},
                                           {"block_rows", &curve::block_rows},
                                           {"walk", &curve::walk},
                                           {"passes", &curve::passes},
                                           {"foreign_rows", &curve::foreign_rows},
                                           {"foreign_products", &curve::foreign_products},
                                           {"tiles", &curve::tiles}};
  add_curves("expert_curve<>", members, "experts", expert_studies(folder), found);
}

}  // namespace accuracy
