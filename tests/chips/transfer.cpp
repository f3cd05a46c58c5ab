// SPDX-License-Identifier: BSL-1.0
#include "shardline/chips/transfer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "../laws/dice.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;
using namespace shardline::literals;

namespace {

std::string_view nearest_to(const accelerator& a) { return nearest(a).sheet->name.view(); }

static_assert(&nearest(catalog::h20) == &catalog::measured_h100_sxm);

const kernel_execution& of_vllm = engines::vllm.kernels;

}  // namespace

TEST_CASE("a measured chip runs its own kernels, as they were measured") {
  for (const measured_chip* m : catalog::measured_chips) {
    CAPTURE(m->sheet->name.view());
    CHECK(&nearest(*m->sheet) == m);
    const fitted there = transfer(*m, *m->sheet, of_vllm);
    for (std::size_t i = 0; i < kernel_format_count; ++i) {
      CHECK(there.gemm.of[i].compute == m->kernels(of_vllm).gemm.of[i].compute);
      CHECK(there.gemm.of[i].bandwidth == m->kernels(of_vllm).gemm.of[i].bandwidth);
    }
  }
}

TEST_CASE("NVIDIA's hardware runs the kernels of its architecture, whatever its figures") {
  const auto run = [](std::string_view kernels, const auto& chips) {
    for (accelerator a : chips) {
      CAPTURE(a.name.view());
      CHECK(nearest_to(a) == kernels);
      if (kernels.starts_with("h")) continue;
      a.memory_rate *= 5.0;
      a.multiprocessors *= 3;
      CHECK(nearest_to(a) == kernels);
    }
  };
  using namespace catalog;
  run("a100-sxm", std::array{a100_sxm_40, a10g, a40, rtx_3090});
  run("l40s", std::array{l4, rtx_4090});
  run("h100-sxm", std::array{h100_pcie, h100_nvl, h800, h20, gh200});
  run("h200-sxm", std::array{h200_nvl});
  run("b200-sxm", std::array{b300_sxm, gb200, gb300});
  run("rtx-pro-6000", std::array{rtx_5090, gb10});
}

TEST_CASE("of no known architecture it runs the newest servers' whose formats it has") {
  accelerator a = catalog::rtx_5090;
  a.architecture = architecture::unknown;
  CHECK(nearest_to(a) == "b200-sxm");
  a.peak.fp4 = {};
  CHECK(nearest_to(a) == "h100-sxm");
  a.peak.fp8 = {};
  CHECK(nearest_to(a) == "a100-sxm");
  accelerator without_fp8 = catalog::h200_sxm;
  without_fp8.peak.fp8 = {};
  CHECK(nearest_to(without_fp8) == "a100-sxm");
}

TEST_CASE("between an H100 and an H200 kernels lie by the memory's rate") {
  const measured_neighbours n = neighbours(catalog::h20);
  CHECK(n.slower == &catalog::measured_h100_sxm);
  CHECK(n.faster == &catalog::measured_h200_sxm);
  CHECK(n.share == doctest::Approx(0.493).epsilon(1e-3));
  CHECK(neighbours(catalog::h100_pcie).share == 0.0);
  CHECK(neighbours(catalog::h200_nvl).share == 1.0);
  const auto launch = [](const accelerator& a) {
    return transfer(neighbours(a), a, of_vllm).gemm[kernel_format::wide].launch;
  };
  const auto mean = 0.5 * (launch(catalog::h100_sxm).value() + launch(catalog::h200_sxm).value());
  accelerator half = catalog::h100_sxm;
  half.memory_rate = bandwidth<>::from_value(square_root(3350e9 * 4800e9));
  CHECK(launch(half).value() == doctest::Approx(mean).scale(0.0));
}

TEST_CASE("hardware of an unknown maker is taken for NVIDIA's") {
  CHECK(nearest_to(catalog::plan_400) == "h100-sxm");
  accelerator old = catalog::plan_400;
  old.peak.fp8 = {};
  CHECK(nearest_to(old) == "a100-sxm");
}

TEST_CASE("AMD's runs what was measured on AMD's; a maker's that was not, the oldest of all") {
  for (const accelerator& a : {catalog::mi300x, catalog::mi325x, catalog::mi355x}) {
    CHECK(nearest_to(a) == "mi300x");
  }
  accelerator older = catalog::mi300x;
  older.peak.fp8 = {};
  CHECK(nearest_to(older) == "mi210");
  for (const accelerator& a :
       {catalog::tpu_v5e, catalog::tpu_v5p, catalog::tpu_v6e, catalog::trainium2}) {
    CHECK(nearest_to(a) == "a100-sxm");
  }
}

TEST_CASE("shares weigh less where a maker's multiprocessors are slower, and keep elsewhere") {
  const auto share = [](const measured_chip& m, const accelerator& a) {
    return transfer(m, a, of_vllm).experts[kernel_format::wide].compute;
  };
  const measured_chip& h100 = catalog::measured_h100_sxm;
  const double own = share(h100, catalog::h100_sxm);
  const double slower = (148.0 / 78.0) / (989.0 / 132.0);
  CHECK(share(h100, catalog::h20) == doctest::Approx(1.0 / (1.0 + (1.0 / own - 1.0) * slower)));
  // A block of 16 rows takes as much longer than the time of its multiplications as on an H100.
  const auto beside = [&](const accelerator& a) {
    const expert_curve<> c = transfer(h100, a, of_vllm).experts[kernel_format::wide];
    const double row = static_cast<double>(a.multiprocessors) / a.peak.bf16.value();
    return ((16.0 + c.block_rows) / c.compute - 16.0) * row;
  };
  CHECK(beside(catalog::h20) == doctest::Approx(beside(catalog::h100_sxm)).scale(0.0));
  // So does a small tile of a multiplication.
  const auto tile = [&](const accelerator& a) {
    const gemm_curve<> c = transfer(h100, a, of_vllm).gemm[kernel_format::wide];
    const double row = static_cast<double>(a.multiprocessors) / a.peak.bf16.value();
    return (1.0 / (c.compute * c.small_tile) - 1.0) * row;
  };
  CHECK(tile(catalog::h20) == doctest::Approx(tile(catalog::h100_sxm)).scale(0.0));
  CHECK(share(h100, catalog::b200_sxm) == own);  // better_figure
  CHECK(share(h100, catalog::plan_400) == own);  // multiprocessors not known
  accelerator slow = catalog::trainium2;
  slow.multiprocessors = 1000;
  CHECK(share(h100, slow) == own);  // of another maker
  slow.vendor = vendor::nvidia;
  CHECK(share(h100, slow) > own);
}

TEST_CASE("times and shares of bytes carry over as they are") {
  const fitted here = catalog::measured_h100_sxm.kernels(of_vllm);
  const fitted there = transfer(catalog::measured_h100_sxm, catalog::h20, of_vllm);
  for (std::size_t i = 0; i < kernel_format_count; ++i) {
    CHECK(there.gemm.of[i].launch == here.gemm.of[i].launch);
    CHECK(there.gemm.of[i].bandwidth == here.gemm.of[i].bandwidth);
    CHECK(there.decode.of[i].bandwidth == here.decode.of[i].bandwidth);
  }
  CHECK(there.collectives.bulk_share == here.collectives.bulk_share);
}

TEST_CASE("GPUs that meet over PCIe alone have the collectives of a chip without NVLink") {
  const auto on = [](const accelerator& a) {
    return transfer(neighbours(a), a, of_vllm).collectives;
  };
  const collective_curve<> pcie = on(catalog::l40s);
  for (const accelerator& a : {catalog::rtx_3090, catalog::a10g, catalog::a40, catalog::rtx_4090}) {
    CAPTURE(a.name.view());
    CHECK(on(a).bulk_share == pcie.bulk_share);
    CHECK(on(a).hop == pcie.hop);
    CHECK(on(a).engine_most == pcie.engine_most);
  }
  accelerator bridged = catalog::a40;
  bridged.scale_up.rate = 300_GBps;
  CHECK(on(bridged).bulk_share == on(catalog::a100_sxm).bulk_share);
  accelerator cards = catalog::h100_pcie;
  CHECK(on(cards).bulk_share == on(catalog::h100_sxm).bulk_share);  // each a domain of its own
  cards.domain = 8;
  CHECK(on(cards).bulk_share == on(catalog::rtx_pro_6000).bulk_share);
  accelerator slow = catalog::mi300x;
  slow.scale_up.rate = 50_GBps;
  CHECK(on(slow).bulk_share == on(catalog::mi300x).bulk_share);  // none of AMD's was measured
}

TEST_CASE("watts are those measured on the chip itself") {
  CHECK(power_of(catalog::b200_sxm)->limit == 1000.0);
  CHECK(power_of(catalog::h200_sxm)->idle == 140.0);
  CHECK(power_of(catalog::h100_sxm) == nullptr);
  CHECK(power_of(catalog::gb200) == nullptr);
}

namespace {

// Seconds of a multiplication, of one by experts, of attention of prompts and of a decode step.
struct timed_operators {
  std::array<double, 4> seconds{};
};
struct operator_sizes {
  double rows, context, sequences;
  integer inner, columns, hit;
};
operator_sizes random_sizes(laws::dice& d) {
  operator_sizes s{};
  s.rows = static_cast<double>(d.whole(1, d.flip() ? 64 : 8192));
  s.context = static_cast<double>(d.whole(1, 20000));
  s.sequences = static_cast<double>(d.whole(1, 64));
  s.inner = 128 * d.whole(1, 60);
  s.columns = 128 * d.whole(1, 200);
  s.hit = d.whole(1, 64);
  return s;
}

// Of a step's kernels (or a benchmark's) on one accelerator: a matrix multiplication, a layer's
// experts, attention of a prompt and of a decode step over a cache of the format's width.
timed_operators timed(const fitted_accelerator<double>& a, const weight_format& f,
                      const operator_sizes& s) {
  const weight matrix{weight_class::attention, f, s.inner, s.columns, 1};
  const weight experts{weight_class::routed_expert, f, s.inner, s.columns, 64};
  const double hit = static_cast<double>(s.hit);
  const double bytes = bits(f.math) == 8 ? 1.0 : 2.0;
  const auto core = [&](phase p, double tokens) {
    return attention_core<double>{p, s.sequences, tokens, s.context, 1, 1,
                                  8, 2,           128,    128,       0, 512.0 * bytes};
  };
  const auto value = [](const auto& t) { return t.total().value(); };
  return {{value(time_of(a, gemm<double>{term::head, matrix, s.rows, 1.0})),
           value(time_of(a, grouped_gemm<double>{experts, s.rows + hit, hit})),
           value(time_of(a, core(phase::prefill, s.rows))),
           value(time_of(a, core(phase::decode, 1.0)))}};
}

constexpr std::array multiplied{formats::bf16, formats::fp8, formats::nvfp4};

// In steps, not in a benchmark alone: the clock of a larger chip falls by its power.
struct better_figure {
  const char* name;
  void (*apply)(accelerator&, double);
  bool in_steps = true;
};
const std::vector<better_figure> better{
    {"bf16", [](accelerator& a, double f) { a.peak.bf16 *= f; }},
    {"fp8", [](accelerator& a, double f) { a.peak.fp8 *= f; }},
    {"fp4", [](accelerator& a, double f) { a.peak.fp4 *= f; }},
    {"memory rate", [](accelerator& a, double f) { a.memory_rate *= f; }},
    {"last-level cache", [](accelerator& a, double f) { a.last_level_cache *= f; }},
    {"multiprocessors with their peak and memory rate",
     [](accelerator& a, double f) {
       const integer more = static_cast<integer>(f * static_cast<double>(a.multiprocessors)) + 1;
       const double by = static_cast<double>(more) / static_cast<double>(a.multiprocessors);
       a.multiprocessors = more;
       a.memory_rate *= by;
       a.peak = {a.peak.fp32 * by, a.peak.tf32 * by, a.peak.bf16 * by, a.peak.fp16 * by,
                 a.peak.fp8 * by,  a.peak.int8 * by, a.peak.fp4 * by,  a.peak.int4 * by};
     },
     false}};

// A chip of the catalog whose every figure is another, within an order of magnitude.
accelerator random_chip(laws::dice& d) {
  accelerator a = *d.one_of(catalog::measured_chips)->sheet;
  for (int times = 0; times < 6; ++times) {
    const better_figure& change = d.one_of(better);
    change.apply(a, d.between(0.2, 2.0));
  }
  return a;
}

// visit(change, chip before and after, kernels on both) where both run one measured chip's.
template <class Visit>
void for_random_changes(std::uint64_t seed, const Visit& visit) {
  laws::dice d(seed);
  for (int number = 0; number < laws::cases(400); ++number) {
    const accelerator before = random_chip(d);
    const better_figure& change = d.one_of(better);
    accelerator after = before;
    change.apply(after, d.between(1.0, 4.0));
    const engine_version& e = *d.one_of(engines::all);
    const operator_sizes sizes = random_sizes(d);
    if (&nearest(before) != &nearest(after)) continue;
    CAPTURE(number);
    CAPTURE(before.name.view());
    CAPTURE(std::string_view(change.name));
    for (const weight_format& f : multiplied) {
      if (change.in_steps) {
        visit(change, before, f, timed(with_fitted(before, e), f, sizes),
              timed(with_fitted(after, e), f, sizes));
      }
      visit(change, before, f, timed(with_fitted_kernels(before, e), f, sizes),
            timed(with_fitted_kernels(after, e), f, sizes));
    }
  }
}

}  // namespace

TEST_CASE("more of any figure of its hardware slows no operator of a chip kernels came to") {
  for_random_changes(31, [](const better_figure&, const accelerator&, const weight_format&,
                            const timed_operators& b, const timed_operators& a) {
    for (std::size_t i = 0; i < a.seconds.size(); ++i) {
      CAPTURE(i);
      REQUIRE(a.seconds[i] <= b.seconds[i] * (1.0 + 1e-12));
    }
  });
}

TEST_CASE("a peak that a kernel does not multiply at moves nothing of it") {
  int kept = 0;
  for_random_changes(
      32, [&](const better_figure& change, const accelerator& chip, const weight_format& f,
              const timed_operators& b, const timed_operators& a) {
        const std::string_view peak = change.name;
        if (peak != "bf16" && peak != "fp8" && peak != "fp4") return;
        for (std::size_t i = 0; i < 2; ++i) {  // attention takes exponentials in activations' too
          if (name(supported(chip, f.math)) == peak) continue;
          REQUIRE(a.seconds[i] == b.seconds[i]);
          ++kept;
        }
        if (bits(f.math) == 8 || peak == "bf16") return;
        for (std::size_t i = 2; i < 4; ++i) REQUIRE(a.seconds[i] == b.seconds[i]);
      });
  CHECK(kept > 200);
}

TEST_CASE("half the 16-bit peak leaves 8-bit kernels as they are") {
  accelerator half = catalog::h100_sxm;
  half.peak.bf16 *= 0.5;
  const auto of = [](const accelerator& a) { return with_fitted(a).efficiency; };
  const auto there = of(half);
  const auto here = of(catalog::h100_sxm);
  for (const kernel_format f : {kernel_format::narrow, kernel_format::narrow_block}) {
    CHECK(there.gemm[f].compute == here.gemm[f].compute);
    CHECK(there.gemm[f].throttle == here.gemm[f].throttle);
    CHECK(there.experts[f].compute == here.experts[f].compute);
    CHECK(there.decode[f].compute == here.decode[f].compute);
  }
  CHECK(there.gemm[kernel_format::wide].compute > here.gemm[kernel_format::wide].compute);
  CHECK(there.gemm[kernel_format::wide].throttle < here.gemm[kernel_format::wide].throttle);
}

static_assert(nearest(catalog::h20).sheet->multiprocessors == 132);

namespace {

// Kernels of a step, each kind in each format at some sizes.
std::vector<double> some_kernels(const fitted_accelerator<double>& a) {
  std::vector<double> seconds;
  const auto add = [&](const auto& op) { seconds.push_back(time_of(a, op).total().value()); };
  for (const weight_format& f : {formats::bf16, formats::fp8, formats::fp8_block,
                                 formats::int4_g128, formats::mxfp4, formats::nvfp4}) {
    for (const double rows : {1.0, 65.0, 256.0, 8192.0}) {
      add(gemm<double>{term::head, {weight_class::attention, f, 7168, 2048, 1}, rows, 1.0});
      const double hit = rows < 8.0 ? 8.0 : 48.0;
      add(grouped_gemm<double>{{weight_class::routed_expert, f, 7168, 4096, 48}, 8.0 * rows, hit});
    }
  }
  for (const double bytes : {2.0, 1.0}) {
    for (const double sequences : {1.0, 64.0}) {
      for (const double context : {1024.0, 32768.0}) {
        add(attention_core<double>{phase::decode, sequences, 1.0, context, 1, 1, 8, 1, 128, 128, 0,
                                   256.0 * bytes});
        attention_core<double> latent{phase::decode, sequences, 1.0, context,      1, 1, 16, 1,
                                      576,           512,       0,   576.0 * bytes};
        latent.latent = true;
        latent.latent_width = 576;
        add(latent);
      }
    }
    add(attention_core<double>{phase::prefill, 1.0, 4096.0, 0.0, 1, 1, 8, 1, 128, 128, 0,
                               256.0 * bytes});
  }
  return seconds;
}

// The largest ratio of one kernel's times, either way.
double largest_ratio(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 1.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = (std::max)(most, (std::max)(a[i] / b[i], b[i] / a[i]));
  }
  return most;
}

}  // namespace

TEST_CASE("a hundredth of a rate, a peak or a cache moves no kernel by more than 4 %") {
  for (const accelerator& a : catalog::accelerators) {
    CAPTURE(a.name.view());
    for (const engine_version* e : engines::all) {
      CAPTURE(e->name);
      const std::vector<double> before = some_kernels(with_fitted(a, *e));
      for (const better_figure& change : better) {
        if (std::string_view(change.name).starts_with("multiprocessors")) continue;
        CAPTURE(change.name);
        for (const double by : {0.99, 1.01}) {
          accelerator after = a;
          change.apply(after, by);
          REQUIRE(largest_ratio(before, some_kernels(with_fitted(after, *e))) < 1.04);
        }
      }
    }
  }
}

TEST_CASE("nor does it anywhere between the memories of an H100 and an H200") {
  for (const engine_version* e : engines::all) {
    CAPTURE(e->name);
    accelerator a = catalog::h20;
    a.memory_rate = 3300_GBps;
    std::vector<double> before = some_kernels(with_fitted(a, *e));
    while (a.memory_rate < 4900_GBps) {
      a.memory_rate *= 1.01;
      CAPTURE(a.memory_rate.value());
      const std::vector<double> after = some_kernels(with_fitted(a, *e));
      REQUIRE(largest_ratio(before, after) < 1.04);
      before = after;
    }
  }
}

namespace {

// Those, what lies around a layer's experts, and attention to chosen tokens.
std::vector<double> all_kernels(const fitted_accelerator<double>& a) {
  std::vector<double> seconds = some_kernels(a);
  const auto add = [&](const auto& op) { seconds.push_back(time_of(a, op).total().value()); };
  for (const weight_format& f :
       {formats::bf16, formats::fp8, formats::fp8_block, formats::int4_g128, formats::mxfp4}) {
    for (const double tokens : {1.0, 64.0, 4096.0}) {
      add(expert_activation<double>{f, 4.0 * tokens, tokens, 8.0 * tokens, 64, 4096, 4096, 2048});
    }
  }
  attention_core<double> latent{phase::decode, 8.0, 1.0, 16384.0, 1, 1, 128, 1, 576, 512, 2048};
  latent.latent = true;
  latent.latent_width = 576;
  latent.chosen = true;
  for (const double bytes : {2.0, 1.0}) {
    for (const double tokens : {1.0, 4096.0}) {
      attention_core<double> chosen = latent;
      chosen.phase = tokens > 1.0 ? phase::prefill : phase::decode;
      chosen.new_tokens = tokens;
      chosen.bytes_per_token = 576.0 * bytes;
      add(chosen);
    }
  }
  return seconds;
}

}  // namespace

TEST_CASE("on no chip of the catalog does more of any figure slow a kernel by 1 %") {
  for (const accelerator& a : catalog::accelerators) {
    CAPTURE(a.name.view());
    for (const engine_version* e : engines::all) {
      CAPTURE(e->name);
      const std::vector<double> before = all_kernels(with_fitted(a, *e));
      for (const better_figure& change : better) {
        if (!change.in_steps) continue;
        CAPTURE(change.name);
        for (const double by : {1.01, 1.1, 1.4}) {
          CAPTURE(by);
          accelerator after = a;
          change.apply(after, by);
          const std::vector<double> faster = all_kernels(with_fitted(after, *e));
          for (std::size_t i = 0; i < faster.size(); ++i) {
            CAPTURE(i);
            REQUIRE(faster[i] <= before[i] * 1.01);
          }
        }
      }
    }
  }
}
