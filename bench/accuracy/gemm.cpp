// SPDX-License-Identifier: BSL-1.0
// Matrix multiplications: operators/<chip>/gemm.csv, one curve for each chip, engine and format.
#include <map>
#include <memory>
#include <string>

#include "constants.hpp"
#include "families.hpp"
#include "operators.hpp"
#include "study.hpp"

namespace accuracy {

namespace {

using shardline::integer;
using curve = shardline::gemm_curve<>;
using detail::first_numbers;

struct product {
  std::shared_ptr<const kernels> of{};
  shardline::gemm<double> op{};
};

double predicted(const curve& c, const product& p) {
  auto& a = p.of->trial;
  a.efficiency.gemm[kernel_of(p.op.weight.format)] = c;
  return time_of(a, p.op).total().value();
}

// Weights as the benchmark stores them; those of 8 bits without their few scales.
struct dtype {
  const char* name;
  const char* title;
  shardline::weight_format format;
};
const dtype dtypes[]{{"bfloat16", "gemm, bf16", shardline::formats::bf16},
                     {"fp8", "gemm, fp8", {shardline::precision::fp8, shardline::precision::fp8}},
                     {"fp8_block",
                      "gemm, fp8 in blocks",
                      {shardline::precision::fp8, shardline::precision::fp8, 128, 128}},
                     {"nvfp4", "gemm, nvfp4", shardline::formats::nvfp4}};

const dtype* dtype_of(const std::string& name) {
  for (const dtype& d : dtypes) {
    if (name == d.name) return &d;
  }
  return nullptr;
}

// Constants of all curves of a study, which are of one silicon and one power.
void add_constants(study<curve, product>& s, bool quantised) {
  const indices all = first_numbers(s.curves.size());
  const auto share = [&](const char* name, double curve::*at, double start, double lowest) {
    s.constants.push_back(shared(name, at, all, start, lowest, 1.0));
  };
  share("bandwidth", &curve::bandwidth, 0.8, 0.2);
  share("compute", &curve::compute, 0.85, 0.1);
  share("small_tile", &curve::small_tile, 0.85, 0.3);
  s.constants.push_back(shared("block_rows", &curve::block_rows, all, 16.0, 0.0, 128.0));
  share("tail", &curve::tail, 0.3, 0.0);
  share("throttle", &curve::throttle, 0.2, 0.0);
  s.constants.push_back(shared("walk", &curve::walk, all, 2e-9, 0.0, 2e-8));
  s.constants.push_back(shared("cache_speedup", &curve::cache_speedup, all, 1.5, 1.0, 6.0));
  share("cache_share", &curve::cache_share, 0.5, 0.0);
  s.constants.push_back(shared("reduction", &curve::reduction, all, 2.0, 0.0, 20.0));
  if (!quantised) {
    s.constants.push_back(shared("launch", &curve::launch, all, 3.0, 0.5, 20.0));
    return;
  }
  s.constants.push_back(shared("quantise", &curve::quantise, all, 3.0, 0.0, 20.0));
  share("quantise_bandwidth", &curve::quantise_bandwidth, 0.5, 0.05);
}

study<curve, product> study_of(const std::string& name) {
  study<curve, product> s{{name}, {}, {}, {}, &predicted};
  s.forms.clear();
  for (const double rows : {16.0, 64.0, 128.0}) {
    s.forms.push_back([rows](curve& c) { c.tile = rows; });
    s.forms.push_back([rows](curve& c) {
      c.tile = rows;
      c.reduction = shardline::catalog::curves::never_split;
    });
  }
  s.starts.push_back({{"walk", 2e-10}});
  return s;
}

// Of two launches only the sum shows where a kernel quantises inputs: one is as of 16 bits.
curve start_of(bool quantised) {
  curve start;
  if (quantised) start.launch = shardline::seconds<>::from_value(2.4e-6);
  return start;
}

studies<curve, product> gemm_studies(const std::string& folder) {
  std::map<std::string, std::size_t> places;
  studies<curve, product> all;
  const auto add = [&](const auto& k, const table<7>& row, bool current) {
    const dtype* d = dtype_of(row.word(2));
    // vLLM 0.22's blocks of 8 bits were launched one by one, on an RTX PRO 6000 0.19's too: 50 to
    // 160 us, the host's.
    const bool hosts = k->is_vllm() && row.word(2) == "fp8_block" &&
                       (row.word(1) == "0.22.0" || k->gpu() == "rtx-pro-6000");
    if (d == nullptr || !current || hosts) return;
    product p{k, {}};
    p.op.rows = row.number(3);
    p.op.weight = {shardline::weight_class::attention, d->format,
                   static_cast<integer>(row.number(5)), static_cast<integer>(row.number(4))};
    const std::string name = "gemm " + k->silicon() + " " + d->name;
    const auto [place, is_new] = places.insert({name, all.size()});
    if (is_new) all.push_back(study_of(name));
    study<curve, product>& s = all[place->second];
    const bool quantised = d->format.math != shardline::precision::bf16;
    s.format = kernel_of(d->format);
    const std::size_t of = curve_of(s, k->gpu(), start_of(quantised));
    s.samples.push_back({of, p, k->gpu(), row.word(4) + " " + row.word(5), d->title, k->name(),
                         observed(*k, p.op, row.number(6) * 1e-3)});
  };
  for_each_row<7>(folder, "gemm", {"engine", "version", "gemm_dtype", "m", "n", "k", "latency"},
                  add);
  for (auto& s : all) add_constants(s, s.format != shardline::kernel_format::wide);
  return all;
}

}  // namespace

scores gemm_scores(const std::string& folder) {
  scores found;
  add_scores(gemm_studies(folder), found);
  return found;
}

void add_gemm_curves(const std::string& folder, chip_curves& found) {
  const std::vector<member<curve>> members{{"bandwidth", &curve::bandwidth},
                                           {"compute", &curve::compute},
                                           {"small_tile", &curve::small_tile},
                                           {"block_rows", &curve::block_rows},
                                           {"tail", &curve::tail},
                                           {"throttle", &curve::throttle},
                                           {"launch", &curve::launch},
                                           {"reduction", &curve::reduction},
                                           {"quantise", &curve::quantise},
                                           {"quantise_bandwidth", &curve::quantise_bandwidth},
                                           {"tile", &curve::tile},
                                           {"walk", &curve::walk},
                                           {"cache_speedup", &curve::cache_speedup},
                                           {"cache_share", &curve::cache_share}};
  add_curves("gemm_curve<>", members, "gemm", gemm_studies(folder), found);
}

}  // namespace accuracy
