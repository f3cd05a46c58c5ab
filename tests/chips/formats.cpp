// SPDX-License-Identifier: BSL-1.0
// What narrower formats take beside 16 bits: half the bytes are no longer to read, and no
// multiplication is slower than in 16 bits. Where tables have kernels that are all the same, they
// are listed here with a row of the table.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../laws/dice.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/engines/index.hpp"

using namespace shardline;

namespace {

// How many times as long as in 16 bits a narrower format takes at most: kernels that quantise,
// scale and split otherwise cost launches and arithmetic, which tables have.
struct most_times {
  std::string_view kind;
  double most;
};
constexpr std::array usual{most_times{"decode", 1.5}, most_times{"latent decode", 1.6},
                           most_times{"prompts", 1.7}, most_times{"gemm", 1.55},
                           most_times{"experts", 1.6}};

// A kernel that was measured to be slower still.
//   row   of operators/<chip>/ in 8 bits, and of the like in 16
struct slow_kernel {
  std::string_view chip, engine, kind;
  double most;
  std::string_view row;
};
constexpr std::array slow_kernels{
    slow_kernel{"l40s", "trtllm", "decode", 18.0,
                "1 x 16384 keys of 32/2 heads of 64: 157.2 us; of 64/2 in 16 bits 15.5"},
    slow_kernel{"rtx-pro-6000", "trtllm", "decode", 18.0,
                "1 x 32768 keys of 32/2 heads of 128: 328.3 us; 2 x 32768 of 8/1 in 16 bits 16.6"},
    slow_kernel{"h100-sxm", "sglang", "latent decode", 5.5,
                "32 x 16384 keys of 2 heads: 1126.8 us; 8 x 16384 of 1 in 16 bits 74.2"},
    slow_kernel{"h200-sxm", "sglang", "latent decode", 7.0,
                "32 x 16384 keys of 4 heads: 1036.7 us, in 16 bits 161.0"}};

using fitted_chip = fitted_accelerator<double>;

// Times of one kernel in 16 bits and in 8, at random sizes.
struct both {
  std::string_view kind;
  double wide;
  double narrow;
};

double seconds_of(const fitted_chip& a, const auto& op) { return time_of(a, op).total().value(); }

both by_matrix(const fitted_chip& a, laws::dice& d) {
  const integer k = 128 * d.whole(32, 128);
  const integer n = 128 * d.whole(32, 200);
  const double rows = static_cast<double>(d.whole(1, d.flip() ? 64 : 8192));
  const bool blocks = d.flip();
  const auto in = [&](const weight_format& f) {
    return seconds_of(a,
                      gemm<double>{term::head, {weight_class::attention, f, k, n, 1}, rows, 1.0});
  };
  return {"gemm", in(formats::bf16), in(blocks ? formats::fp8_block : formats::fp8)};
}

both by_experts(const fitted_chip& a, laws::dice& d) {
  const integer hidden = 128 * d.whole(16, 64);
  const integer width = 128 * d.whole(4, 24);
  const integer experts = d.whole(16, 128);
  const double tokens = static_cast<double>(d.whole(16, d.flip() ? 64 : 8192));
  const double rows = 8.0 * tokens;
  const double hit = (std::min)(rows, static_cast<double>(experts));
  const bool blocks = d.flip();
  const auto in = [&](const weight_format& f) {
    expert_activation<double> around{};
    around.format = f;
    around.experts = experts;
    around.hidden = hidden;
    around.up = 2 * width;
    around.width = width;
    around.rows = around.rows_seen = rows;
    around.tokens = tokens;
    const auto by = [&](integer k, integer n) {
      const weight w{weight_class::routed_expert, f, k, n, experts};
      return seconds_of(a, grouped_gemm<double>{w, rows, hit});
    };
    return by(hidden, 2 * width) + by(width, hidden) + seconds_of(a, around);
  };
  return {"experts", in(formats::bf16), in(blocks ? formats::fp8_block : formats::fp8)};
}

both attended(const fitted_chip& a, laws::dice& d, phase p) {
  const integer kv_heads = d.whole(1, 16);
  const integer heads = kv_heads * d.whole(1, 8);
  const double sequences = p == phase::decode ? static_cast<double>(d.whole(1, 256)) : 1.0;
  const double context = static_cast<double>(d.whole(128, 65536));
  const double tokens = p == phase::decode ? 1.0 : static_cast<double>(d.whole(1024, 8192));
  const auto in = [&](double bytes) {
    return seconds_of(a, attention_core<double>{
                             p, sequences, tokens, p == phase::decode ? context : 0.0, 1, 1, heads,
                             kv_heads, 128, 128, 0, 256.0 * static_cast<double>(kv_heads) * bytes});
  };
  return {p == phase::decode ? "decode" : "prompts", in(2.0), in(1.0)};
}

both over_latents(const fitted_chip& a, laws::dice& d) {
  const integer heads = d.whole(1, 128);
  const double sequences = static_cast<double>(d.whole(1, 256));
  const double context = static_cast<double>(d.whole(128, 65536));
  const auto in = [&](double bytes) {
    attention_core<double> op{phase::decode, sequences, 1.0, context, 1, 1,
                              heads,         1,         576, 512,     0, 576.0 * bytes};
    op.latent = true;
    op.latent_width = 576;
    return seconds_of(a, op);
  };
  return {"latent decode", in(2.0), in(1.0)};
}

double usual_most(std::string_view kind) {
  const auto* const found =
      std::find_if(usual.begin(), usual.end(), [&](const most_times& m) { return m.kind == kind; });
  return found->most;
}
double most_of(std::string_view name, std::string_view engine, std::string_view kind) {
  for (const slow_kernel& s : slow_kernels) {
    if (s.chip == name && s.engine == engine && s.kind == kind) return s.most;
  }
  return usual_most(kind);
}

// visit(accelerator, engine, both) of random kernels of each measured chip.
template <class Visit>
void for_random_kernels(std::uint64_t seed, int number, const Visit& visit) {
  laws::dice d(seed);
  for (const measured_chip* m : catalog::measured_chips) {
    for (const char* engine : {"vllm", "sglang", "trtllm"}) {
      const fitted_chip a = with_fitted(*m->sheet, *find_engine(engine));
      for (int i = 0; i < number; ++i) {
        visit(a, engine, by_matrix(a, d));
        visit(a, engine, by_experts(a, d));
        visit(a, engine, attended(a, d, phase::decode));
        visit(a, engine, attended(a, d, phase::prefill));
        visit(a, engine, over_latents(a, d));
      }
    }
  }
}

}  // namespace

TEST_CASE("a narrower format takes little longer than 16 bits, but where a table says so") {
  for_random_kernels(41, laws::cases(500),
                     [](const fitted_chip& a, const char* engine, const both& b) {
                       CAPTURE(a.name.view());
                       CAPTURE(engine);
                       CAPTURE(b.kind);
                       REQUIRE(b.narrow <= b.wide * most_of(a.name.view(), engine, b.kind));
                     });
}

TEST_CASE("each kernel that is listed as slower is, beyond what is usual") {
  std::array<double, slow_kernels.size()> worst{};
  for_random_kernels(42, 2000, [&](const fitted_chip& a, const char* engine, const both& b) {
    for (std::size_t i = 0; i < slow_kernels.size(); ++i) {
      const slow_kernel& s = slow_kernels[i];
      if (s.chip != a.name.view() || s.engine != engine || s.kind != b.kind) continue;
      worst[i] = (std::max)(worst[i], b.narrow / b.wide);
    }
  });
  for (std::size_t i = 0; i < slow_kernels.size(); ++i) {
    CAPTURE(slow_kernels[i].row);
    CHECK(worst[i] > usual_most(slow_kernels[i].kind));
  }
}
