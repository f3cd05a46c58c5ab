// SPDX-License-Identifier: BSL-1.0
// Question: how far is a step on a prepared layout from raw doubles?
//
// A twin holds what a script would have worked out beforehand for one model, one layout and the
// policy `constant`: of each kernel the seconds per row and of what it reads once, of each message
// the seconds per token. Its step is the library's, by the same formulas and without a breakdown; it
// must agree to 1e-12 before anything is timed. Dense, with experts, and with latent attention.
// Those of lined_twin.hpp have all lines of a step and what it waits for, under `fitted` too.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "lined_twin.hpp"
#include "measuring.hpp"
#include "shardline/catalog/accelerators.hpp"
#include "shardline/catalog/efficiencies.hpp"
#include "shardline/catalog/models.hpp"
#include "shardline/engines/product.hpp"
#include "shardline/engines/vllm.hpp"
#include "shardline/shardline.hpp"

namespace {

using measuring::seconds_of;

constexpr shardline::constant efficiency{.mfu = 0.5, .bandwidth = 0.8};

// What a kernel's rows are.
enum : std::size_t {
  tokens,
  logit_rows,
  group_tokens,
  expanded,
  routed,
  distinct,
  parts,
  one,
  zero
};
using sizes = std::array<double, 9>;

// n times max(rows compute, reads fixed + rows each).
struct kernel {
  std::size_t rows, reads;
  double n, compute, fixed, each;
};
// n times the fastest of three lines in the rows.
struct message {
  std::size_t rows;
  double n;
  std::array<double, 3> start, each;
};
// Tokens to their experts, by the slower of two links.
struct exchange {
  double n, near_start, near, far_start, far;
};

struct hardware {
  double wide, narrow, memory, link, link_latency, network, network_latency;
};

struct raw_layout {
  hardware on{};
  double dp = 1, ep = 1, experts = 1, chosen = 0, local = 1;
  double layers = 1, pair = 0, query = 0, key = 0, prompt_pair = 0, prompt_query = 0;
  std::vector<kernel> kernels{};
  std::vector<message> messages{};
  std::vector<exchange> exchanges{};

  // rows x k times k x n of values of `stored` bytes and what their scales take beside.
  void multiply(double times, std::size_t rows, double k, double n, double stored = 2.0,
                double scales = 0.0, std::size_t reads = one) {
    const double peak = stored < 2.0 ? on.narrow : on.wide;
    kernels.push_back({rows, reads, times, 2.0 * k * n / peak,
                       (k * n * stored + scales) / on.memory, (k * stored + n * 2.0) / on.memory});
  }
  // In 8 bits with a scale of 4 bytes for each block of 128 x 128.
  void multiply_blocks(double times, std::size_t rows, double k, double n,
                       std::size_t reads = one) {
    multiply(times, rows, k, n, 1.0, std::ceil(k / 128.0) * std::ceil(n / 128.0) * 4.0, reads);
  }
  void pass(double times, std::size_t rows, double values) {
    kernels.push_back({rows, zero, times, 0.0, 0.0, values * 2.0 / on.memory});
  }
  void read_vector(double times, double bytes) {
    kernels.push_back({zero, one, times, 0.0, bytes / on.memory, 0.0});
  }
  void all_reduce(double times, double n, double values) {
    const double wire = values * 2.0 / on.link;
    messages.push_back({tokens,
                        times,
                        {2.0 * (n - 1.0) * on.link_latency, 6.0 * on.link_latency, on.link_latency},
                        {wire * 2.0 * (n - 1.0) / n, wire * 2.0, wire * (n - 1.0)}});
  }
  void all_gather(double times, double n, double values) {
    const double each = values * 2.0 * (n - 1.0) / n / on.link;
    const double start = on.link_latency;
    messages.push_back({logit_rows, times, {start, start, start}, {each, each, each}});
  }
  void send(double times, double ranks, double in_domain, double copies, double hidden) {
    const double token = copies * hidden * 2.0 / ranks;
    const bool across = ranks > in_domain;
    exchanges.push_back({times, on.link_latency, token * (in_domain - 1.0) / on.link,
                         across ? on.network_latency : 0.0,
                         token * (ranks - in_domain) / on.network});
  }
};

sizes sizes_of(const raw_layout& l, double sequences, double fresh, double context, bool prompt) {
  const double own = std::ceil(sequences / l.dp);
  const double rows = own * fresh;
  sizes s{};
  s[tokens] = rows;
  s[logit_rows] = own * (prompt ? 1.0 : fresh);
  s[group_tokens] = sequences * fresh;
  s[expanded] = prompt ? own * (context + fresh) : rows;
  s[parts] = 1.0;
  s[one] = 1.0;
  if (l.chosen > 0.0) {
    const double all = s[group_tokens];
    const double even = all * l.chosen * l.local / l.experts;
    s[routed] = std::fmin(std::fmax(even, std::fmin(1.0, all)), all * std::fmin(l.chosen, l.local));
    const double missed = std::exp(all * std::log1p(-l.chosen / l.experts));
    s[distinct] = std::fmin(std::fmax(l.local * (1.0 - missed), std::fmin(1.0, all)), s[routed]);
  }
  return s;
}

double step(const raw_layout& l, double sequences, double fresh, double context, bool prompt) {
  const sizes s = sizes_of(l, sequences, fresh, context, prompt);
  double sum = 0.0;
  for (const kernel& k : l.kernels) {
    const double x = s[k.rows];
    sum += k.n * std::fmax(x * k.compute, s[k.reads] * k.fixed + x * k.each);
  }
  for (const message& m : l.messages) {
    double least = m.start[0] + m.each[0] * s[m.rows];
    for (std::size_t i = 1; i < 3; ++i) {
      least = std::fmin(least, m.start[i] + m.each[i] * s[m.rows]);
    }
    sum += m.n * least;
  }
  const double sent = std::fmax(s[tokens], s[group_tokens] / l.ep);
  for (const exchange& x : l.exchanges) {
    sum += x.n * std::fmax(x.near_start + x.near * sent, x.far_start + x.far * sent);
  }
  const double own = std::ceil(sequences / l.dp);
  const double pairs = fresh * (context + (fresh + 1.0) * 0.5);
  const double per_pair = prompt ? l.prompt_pair : l.pair;
  const double query = prompt ? l.prompt_query : l.query;
  sum += l.layers *
         std::fmax(own * pairs * per_pair, own * (fresh * query + (context + fresh) * l.key));
  return sum;
}

hardware of(const shardline::accelerator& a) {
  return {a.peak.bf16.value() * 0.5, a.peak.fp8.value() * 0.5,   a.memory_rate.value() * 0.8,
          a.scale_up.rate.value(),   a.scale_up.latency.value(), a.network.rate.value(),
          a.network.latency.value()};
}

void attend(raw_layout& l, double heads, double prompt_dims, double dims, double key_bytes) {
  l.prompt_pair = 2.0 * heads * prompt_dims / l.on.wide;
  l.pair = 2.0 * heads * dims / l.on.wide;
  l.prompt_query = heads * prompt_dims * 2.0 / l.on.memory;
  l.query = heads * dims * 2.0 / l.on.memory;
  l.key = key_bytes / l.on.memory;
}

// Grouped-query attention of `heads` and `kv` heads of 128 on a rank.
void grouped_query(raw_layout& l, double hidden, double heads, double kv) {
  l.multiply(l.layers, tokens, hidden, (heads + 2.0 * kv) * 128.0);
  l.pass(l.layers, tokens, 4.0 * hidden + 2.0 * (heads + kv) * 128.0);
  l.multiply(l.layers, tokens, heads * 128.0, hidden);
  attend(l, heads, 256.0, 256.0, 2.0 * kv * 128.0 * 2.0);
}
void ends(raw_layout& l, double hidden, double columns) {
  l.pass(1.0, tokens, 6.0 * hidden);  // lookup and the last norm
  l.multiply(1.0, logit_rows, hidden, columns);
}

raw_layout llama_tp8(const shardline::accelerator& a) {
  raw_layout l{.on = of(a), .layers = 80};
  grouped_query(l, 8192, 8, 1);
  l.multiply(80, tokens, 8192, 2.0 * 3584.0);
  l.pass(80, tokens, 4.0 * 8192.0 + 3.0 * 3584.0);
  l.multiply(80, tokens, 3584, 8192);
  l.all_reduce(161, 8, 8192);
  ends(l, 8192, 16032);
  l.all_gather(1, 8, 128256);
  return l;
}

raw_layout mixtral_ep8(const shardline::accelerator& a) {
  raw_layout l{.on = of(a), .dp = 8, .ep = 8, .experts = 8, .chosen = 2, .local = 1, .layers = 32};
  grouped_query(l, 4096, 32, 8);
  l.pass(32, tokens, 4.0 * 4096.0);
  l.multiply(32, tokens, 4096, 8);
  const double copies = 8.0 * (1.0 - std::pow(1.0 - 1.0 / 8.0, 2.0));
  l.send(64, 8, 8, copies, 4096);
  l.multiply(32, routed, 4096, 2.0 * 14336.0, 2.0, 0.0, distinct);
  l.pass(32, routed, 3.0 * 14336.0);
  l.multiply(32, routed, 14336, 4096, 2.0, 0.0, distinct);
  ends(l, 4096, 32000);
  return l;
}

void latent(raw_layout& l) {
  l.multiply_blocks(61, tokens, 7168, 1536);
  l.multiply_blocks(61, tokens, 1536, 128.0 * 192.0);
  l.multiply_blocks(61, tokens, 7168, 576);
  l.multiply_blocks(61, expanded, 512, 128.0 * 256.0, parts);
  l.multiply_blocks(61, tokens, 128.0 * 128.0, 7168);
  l.pass(61, tokens, 4.0 * 7168.0 + 2.0 * 1536.0 + 2.0 * 576.0);
  attend(l, 128, 192.0 + 128.0, 576.0 + 512.0, 576.0 * 2.0);
}
void dense_blocks(raw_layout& l, double times, double width) {
  l.multiply_blocks(times, tokens, 7168, 2.0 * width);
  l.pass(times, tokens, 3.0 * width);
  l.multiply_blocks(times, tokens, width, 7168);
}

raw_layout deepseek_ep64(const shardline::accelerator& a) {
  raw_layout l{
      .on = of(a), .dp = 64, .ep = 64, .experts = 256, .chosen = 8, .local = 4, .layers = 61};
  latent(l);
  l.pass(61, tokens, 4.0 * 7168.0);
  dense_blocks(l, 3, 18432);
  l.multiply(58, tokens, 7168, 256);
  l.read_vector(58, 256.0 * 4.0);
  const double copies = 64.0 * (1.0 - std::pow(1.0 - 1.0 / 64.0, 8.0));
  l.send(116, 64, 8, copies, 7168);
  l.multiply_blocks(58, routed, 7168, 4096, distinct);
  l.pass(58, routed, 3.0 * 2048.0);
  l.multiply_blocks(58, routed, 2048, 7168, distinct);
  dense_blocks(l, 58, 2048);
  ends(l, 7168, 129280);
  return l;
}

template <class T>
void opaque(T& value) {
  asm volatile("" : : "g"(&value) : "memory");  // NOLINT(hicpp-no-assembler)
}

template <class Cluster>
void compare(const char* name, const Cluster& c, const shardline::model& m,
             const shardline::layout& l, raw_layout raw) {
  const auto p = shardline::prepare(c, m, l);
  auto decode = shardline::decode_step(256.0, 2304.0, 1.0);
  auto prompt = shardline::prefill_step(1.0, 2048.0, 512.0, 1.0);
  const double of_decode = step(raw, 256.0, 1.0, 2304.0, false);
  const double of_prompt = step(raw, 1.0, 2048.0, 512.0, true);
  const auto differ = [](double a, double b) { return std::fabs(a / b - 1.0) > 1e-12; };
  const double library_decode = total_of_step(p, decode).sum.total().value();
  const double library_prompt = total_of_step(p, prompt).sum.total().value();
  if (differ(library_decode, of_decode) || differ(library_prompt, of_prompt)) {
    std::fprintf(stderr, "%s: the twin says %.17g and %.17g, the library %.17g and %.17g\n", name,
                 of_decode, of_prompt, library_decode, library_prompt);
    std::exit(EXIT_FAILURE);
  }
  const double total = seconds_of([&] {
    opaque(decode);
    auto t = total_of_step(p, decode);
    opaque(t);
  });
  const double broken_down = seconds_of([&] {
    opaque(decode);
    auto t = time_of_step(p, decode);
    opaque(t);
  });
  double sequences = 256.0;
  const double twin = seconds_of([&] {
    opaque(sequences);
    auto t = step(raw, sequences, 1.0, 2304.0, false);
    opaque(t);
  });
  std::printf("%-18s %6.0f ns %9.0f ns %6.0f ns %6.2f\n", name, total * 1e9, broken_down * 1e9,
              twin * 1e9, total / twin);
}

bool differ(double a, double b, double whole) { return std::fabs(a - b) > 1e-12 * whole; }

template <std::size_t N>
void agree(const char* name, const std::array<double, N>& raw,
           const std::array<shardline::seconds<>, N>& library,
           const std::array<std::string_view, N>& names, double whole) {
  for (std::size_t i = 0; i < N; ++i) {
    if (!differ(raw[i], library[i].value(), whole)) continue;
    std::fprintf(stderr, "%s, %s: the twin says %.17g, the library %.17g\n", name,
                 std::string(names[i]).c_str(), raw[i], library[i].value());
    std::exit(EXIT_FAILURE);
  }
}
void agree(const char* name, const lined::result& raw, const shardline::basic_time<>& t) {
  const double whole = t.total().value();
  agree(name, raw.lines, t.terms, shardline::detail::term_names, whole);
  agree(name, raw.bounds, t.bounds, shardline::detail::bound_names, whole);
}

// All lines of a decode step, and of a prompt's.
template <class Efficiency>
void compare_lines(const char* name, const shardline::basic_cluster<double, Efficiency>& c,
                   const shardline::model& m, const shardline::layout& l) {
  const auto p = shardline::prepare(c, m, l);
  const lined::twin raw = lined::builder<Efficiency>(p).made;
  auto decode = shardline::decode_step(256.0, 2304.0, 1.0);
  auto prompt = shardline::prefill_step(1.0, 2048.0, 512.0, 1.0);
  agree(name, raw.step(256.0, 1.0, 2304.0, false), time_of_step(p, decode).sum);
  agree(name, raw.step(1.0, 2048.0, 512.0, true), time_of_step(p, prompt).sum);
  double sequences = 256.0;
  double fresh = 2048.0;
  const double of_decode = seconds_of([&] {
    opaque(decode);
    auto t = time_of_step(p, decode);
    opaque(t);
  });
  const double of_prompt = seconds_of([&] {
    opaque(prompt);
    auto t = time_of_step(p, prompt);
    opaque(t);
  });
  const double raw_decode = seconds_of([&] {
    opaque(sequences);
    auto t = raw.step(sequences, 1.0, 2304.0, false);
    opaque(t);
  });
  const double raw_prompt = seconds_of([&] {
    opaque(fresh);
    auto t = raw.step(1.0, fresh, 512.0, true);
    opaque(t);
  });
  std::printf("%-28s %5.0f ns %5.0f ns %5.2f %7.0f ns %5.0f ns %5.2f\n", name, of_decode * 1e9,
              raw_decode * 1e9, of_decode / raw_decode, of_prompt * 1e9, raw_prompt * 1e9,
              of_prompt / raw_prompt);
}

// One model under both policies.
void compare_lines(const char* by_constant, const char* by_fitted, const shardline::accelerator& a,
                   shardline::integer gpus, const shardline::model& m, const shardline::layout& l) {
  compare_lines(by_constant, make_cluster(with_efficiency(a, efficiency), gpus), m, l);
  compare_lines(by_fitted, make_cluster(shardline::with_fitted(a), gpus), m, l);
}

}  // namespace

int main() {
  using namespace shardline;
  const auto h100 = make_cluster(with_efficiency(catalog::h100_sxm, efficiency), 8);
  const auto h200 = make_cluster(with_efficiency(catalog::h200_sxm, efficiency), 64);
  std::printf("%-18s %9s %12s %9s %6s\n", "decode step", "total", "breakdown", "twin", "ratio");
  compare("llama-3.1-70b tp8", h100, catalog::llama_3_1_70b, to_layout(vllm{.tp = 8}),
          llama_tp8(catalog::h100_sxm));
  compare("mixtral-8x7b ep8", h100, catalog::mixtral_8x7b, to_layout(product{.ep = 8}),
          mixtral_ep8(catalog::h100_sxm));
  compare("deepseek-v3 ep64", h200, catalog::deepseek_v3, to_layout(product{.ep = 64}),
          deepseek_ep64(catalog::h200_sxm));
  std::printf("\n%-28s %8s %8s %5s %10s %8s %5s\n", "all lines", "decode", "twin", "ratio",
              "prompt", "twin", "ratio");
  compare_lines("llama-3.1-70b tp8, constant", "llama-3.1-70b tp8, fitted", catalog::h100_sxm, 8,
                catalog::llama_3_1_70b, to_layout(vllm{.tp = 8}));
  compare_lines("gpt-oss-120b tp8, constant", "gpt-oss-120b tp8, fitted", catalog::h100_sxm, 8,
                catalog::gpt_oss_120b, to_layout(vllm{.tp = 8}));
  compare_lines("deepseek-v3 ep64, constant", "deepseek-v3 ep64, fitted", catalog::h200_sxm, 64,
                catalog::deepseek_v3, to_layout(product{.ep = 64}));
  return EXIT_SUCCESS;
}
