// SPDX-License-Identifier: BSL-1.0
// Question: how many instructions and nanoseconds does each use of the library take?
//
// Run alone it prints nanoseconds, the least of many bursts. Run under callgrind, as the test
// bench.instructions does, each use is executed once and its instructions are dumped under its name;
// they do not vary, and are held to instructions.txt. `allocations` of all uses together must be 0.
#include <cstdio>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define SHARDLINE_UNDER_VALGRIND RUNNING_ON_VALGRIND
#define SHARDLINE_COUNT_FROM_HERE CALLGRIND_ZERO_STATS
#define SHARDLINE_COUNT_TO_HERE(name) CALLGRIND_DUMP_STATS_AT(name)
#else
#define SHARDLINE_UNDER_VALGRIND 0
#define SHARDLINE_COUNT_FROM_HERE static_cast<void>(0)
#define SHARDLINE_COUNT_TO_HERE(name) static_cast<void>(name)
#endif

#include "measuring.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"
#include "shardline/sweep/sweep.hpp"

namespace {

using namespace shardline::literals;

// What a value is must be computed anew, and what was computed is wanted.
template <class T>
void opaque(T& value) {
  asm volatile("" : : "g"(&value) : "memory");  // NOLINT(hicpp-no-assembler)
}

template <class Call>
void measure(const char* name, const Call& call) {
  call();  // once unseen: symbols are bound on their first use
  if (SHARDLINE_UNDER_VALGRIND) {
    SHARDLINE_COUNT_FROM_HERE;
    call();
    SHARDLINE_COUNT_TO_HERE(name);
    return;
  }
  std::printf("%-44s %9.0f ns\n", name, measuring::seconds_of(call) * 1e9);
}

// TTFT, TPOT, output and memory of eight loads at once.
template <class Cluster>
void measure_sweep(const char* name, const Cluster& c, const shardline::model& m,
                   const shardline::layout& l) {
  std::array<shardline::workload, 8> loads;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    loads[i] = {.concurrency = 16.0 * static_cast<double>(i + 1),
                .input = 2048_tokens,
                .output = 512_tokens};
  }
  std::array<shardline::swept_point, 8> points;
  const shardline::sweep over(c, m, l);
  opaque(loads);
  measure(name, [&] {
    over(loads, points);
    opaque(points);
  });
}

// One model on one cluster: from scratch, and what is prepared once.
template <class Cluster>
void measure_uses(const char* of, Cluster c, shardline::model m, shardline::layout l) {
  shardline::workload w{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};
  opaque(c);
  opaque(m);
  opaque(l);
  opaque(w);
  const auto named = [of](const char* use) {
    static char text[96];
    std::snprintf(text, sizeof text, "%s, %s", of, use);
    return text;
  };
  measure(named("estimate"), [&] {
    auto e = shardline::estimate(c, m, l, w);
    opaque(e);
  });
  measure(named("rules"), [&] {
    auto r = shardline::detail::check_shape(c, m, l, w);
    opaque(r);
  });
  measure(named("prepare"), [&] {
    auto p = shardline::prepare(c, m, l);
    opaque(p);
  });
  const auto p = shardline::prepare(c, m, l);
  const auto step = shardline::decode_step(64.0, 2304.0, 1.0);
  measure(named("prepared, decode step"), [&] {
    auto t = shardline::time_of_step(p, step);
    opaque(t);
  });
  measure(named("prepared, decode step, total alone"), [&] {
    auto t = shardline::total_of_step(p, step);
    opaque(t);
  });
  measure(named("prepared, memory"), [&] {
    auto held = shardline::memory(p, w);
    opaque(held);
  });
  measure(named("prepared, serving"), [&] {
    auto s = shardline::serving(p, w);
    opaque(s);
  });
  const shardline::prepared whole(c, m, l);
  measure(named("prepared, all of a load"), [&] {
    auto e = whole(w);
    opaque(e);
  });
  measure_sweep(named("prepared, 8 loads swept"), c, m, l);
}

// Loads that take many steps or searches.
template <class Cluster>
void measure_loads(const char* of, Cluster c, shardline::model m, shardline::layout l) {
  const auto estimating = [&](const char* use, shardline::workload w) {
    static char text[96];
    std::snprintf(text, sizeof text, "%s, %s", of, use);
    opaque(w);
    measure(text, [&] {
      auto e = shardline::estimate(c, m, l, w);
      opaque(e);
    });
  };
  opaque(c);
  opaque(m);
  opaque(l);
  shardline::workload w{.concurrency = 64, .input = 2048_tokens, .output = 512_tokens};
  w.rate = shardline::request_rate<>::from_value(1.0);
  estimating("at a rate", w);
  w.rate = {};
  w.input = 131072_tokens;
  w.concurrency = 1;
  w.chunk = 2048_tokens;
  estimating("128k prompt in chunks", w);
  w.input = 2048_tokens;
  w.chunk.reset();
  w.concurrency = 100000;
  estimating("more sequences than memory", w);
}

}  // namespace

int main() {
  using namespace shardline;
  constexpr constant shares{.mfu = 0.5, .bandwidth = 0.8};
  const layout tp8 = to_layout(vllm{.tp = 8});
  const layout ep64 = to_layout(product{.ep = 64});
  const auto h100 = make_cluster(with_efficiency(catalog::h100_sxm, shares), 8);
  const auto h100_fitted = make_cluster(with_fitted(catalog::h100_sxm), 8);
  const auto h200 = make_cluster(with_efficiency(catalog::h200_sxm, shares), 64);
  const auto h200_fitted = make_cluster(with_fitted(catalog::h200_sxm), 64);
  measure_uses("llama-3.1-70b tp8, constant", h100, catalog::llama_3_1_70b, tp8);
  measure_uses("llama-3.1-70b tp8, fitted", h100_fitted, catalog::llama_3_1_70b, tp8);
  measure_uses("deepseek-v3 ep64, constant", h200, catalog::deepseek_v3, ep64);
  measure_uses("deepseek-v3 ep64, fitted", h200_fitted, catalog::deepseek_v3, ep64);
  measure_uses("gpt-oss-120b tp8, fitted", h100_fitted, catalog::gpt_oss_120b, tp8);
  measure_loads("llama-3.1-70b tp8, fitted", h100_fitted, catalog::llama_3_1_70b, tp8);
  const long all = measuring::allocations;
  if (all > 0) std::printf("%ld allocations\n", all);
  return all > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
