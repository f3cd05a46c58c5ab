// Outputs are numbers: never NaN, infinite or negative, whatever valid input they come from. A time
// is the sum of its parts, and never shorter than the data sheet allows.
#include <doctest/doctest.h>

#include "random_inputs.hpp"

namespace {

using laws::deployed;
using laws::dice;
using laws::sl::count;
namespace sl = laws::sl;

bool good(double x) { return sl::is_finite(x) && x >= 0.0; }

bool good(const sl::basic_time<>& t) {
  for (const sl::seconds<>& s : t.terms) {
    if (!good(s.value())) return false;
  }
  for (const sl::seconds<>& s : t.bounds) {
    if (!good(s.value())) return false;
  }
  return good(t.total().value());
}

bool good(const sl::basic_memory<>& m) {
  for (const sl::bytes<>& b :
       {m.weights, m.kv_cache, m.activation, m.communication, m.reserve, m.capacity, m.total()}) {
    if (!good(b.value())) return false;
  }
  return good(m.kv_capacity.value());
}

bool good(const sl::basic_serving<>& s) {
  return good(s.concurrency) && good(s.ttft.value()) && good(s.tpot.value()) &&
         good(s.output_tokens_per_s.value()) && good(s.output_tokens_per_s_per_gpu.value()) &&
         good(s.total_tokens_per_s_per_gpu.value());
}

bool good(const sl::basic_estimate<>& e) {
  CHECK(good(e.memory));
  CHECK(good(e.prefill));
  CHECK(good(e.decode));
  CHECK(good(e.serving));
  return good(e.memory) && good(e.prefill) && good(e.decode) && good(e.serving);
}

sl::basic_estimate<> estimate_of(const deployed& r) {
  return estimate(r.cluster, r.model, r.layout, r.workload);
}

// Either end of a range, or a value between that is neither.
struct extreme_dice {
  dice& d;
  count whole(sl::field f, count usual) {
    const sl::field_range r = range_of(f);
    return static_cast<count>(real(f, static_cast<double>(usual)) < 0.0 ? r.lowest : last);
  }
  double real(sl::field f, double usual) {
    const sl::field_range r = range_of(f);
    switch (d.whole(0, 3)) {
      case 0:
        return last = r.lowest;
      case 1:
        return last = r.highest;
      default:
        return last = usual;
    }
  }
  double last = 0.0;
};

sl::basic_link<> extreme_link(extreme_dice& x, sl::field rate, sl::field latency) {
  return {sl::bandwidth<>::from_value(x.real(rate, 1e11)),
          sl::seconds<>::from_value(x.real(latency, 1e-6))};
}

void extreme_cluster(laws::cluster& c, extreme_dice& x) {
  using sl::field;
  const auto peak = [&x] { return sl::flop_rate<>::from_value(x.real(field::peak, 1e14)); };
  auto& a = c.accelerator;
  a.peak = {peak(), peak(), peak(), peak(), peak(), peak(), peak(), peak()};
  a.memory = sl::bytes<>::from_value(x.real(field::memory, 1e11));
  a.memory_rate = sl::bandwidth<>::from_value(x.real(field::memory_rate, 1e12));
  a.efficiency = {x.real(field::mfu, 0.5), x.real(field::bandwidth_share, 0.5),
                  x.real(field::link_share, 0.5),
                  sl::seconds<>::from_value(x.real(field::launch, 1e-6))};
  c.gpus = x.whole(field::gpus, 8);
  c.gpus_per_domain = x.whole(field::gpus_per_domain, 8);
  c.scale_up = extreme_link(x, field::scale_up_rate, field::scale_up_latency);
  c.network = extreme_link(x, field::network_rate, field::network_latency);
  c.runtime = {x.real(field::memory_fraction, 0.9),
               sl::bytes<>::from_value(x.real(field::reserve, 1e9)),
               x.whole(field::page_tokens, 16)};
}

sl::attention_kind extreme_attention(extreme_dice& x) {
  using sl::field;
  if (x.d.flip()) {
    const auto dim = [&x] { return x.whole(field::head_dim, 128); };
    return sl::latent_attention{x.whole(field::heads, 128),
                                x.whole(field::q_lora_rank, 1536),
                                x.d.flip() ? 512 : 1,
                                dim(),
                                dim(),
                                dim()};
  }
  const count heads = x.whole(field::heads, 64);
  const count kv_heads = x.d.flip() ? heads : 1;
  const bool extras = x.d.flip();
  return sl::grouped_query_attention{
      heads,  kv_heads, x.whole(field::head_dim, 128), x.whole(field::window, 128), extras, extras,
      extras, extras};
}

sl::feed_forward_kind extreme_feed_forward(extreme_dice& x) {
  using sl::field;
  if (x.d.flip()) {
    return sl::dense_feed_forward{x.whole(field::feed_forward_width, 4096), x.d.flip(), x.d.flip()};
  }
  sl::mixture_of_experts f;
  f.experts = x.whole(field::experts, 64);
  f.experts_per_token = x.d.flip() ? 1 : f.experts;
  f.width = x.whole(field::feed_forward_width, 1024);
  f.shared_experts = x.whole(field::shared_experts, 1);
  f.shared_width = x.whole(field::feed_forward_width, 1024);
  f.expert_bias = f.router_bias = f.correction_bias = x.d.flip();
  return f;
}

void extreme_model(sl::model& m, extreme_dice& x) {
  using sl::field;
  constexpr std::array<sl::weight_format, 6> formats{sl::formats::fp32,  sl::formats::bf16,
                                                     sl::formats::fp8,   sl::formats::fp8_block,
                                                     sl::formats::mxfp4, sl::formats::int4_g128};
  m.hidden_size = x.whole(field::hidden_size, 4096);
  m.vocab_size = x.whole(field::vocab_size, 128000);
  m.tied_embeddings = x.d.flip();
  m.layers = {};
  for (count kind = x.d.whole(1, 3); kind > 0; --kind) {
    m.layers.append(x.d.flip() ? 1 : 40, {extreme_attention(x), extreme_feed_forward(x)});
  }
  for (sl::weight_format& f : m.weights.of) f = x.d.one_of(formats);
}

// Meshes that agree, and some that do not: those are priced too.
void extreme_layout(sl::layout& l, extreme_dice& x) {
  using sl::field;
  constexpr std::array<sl::field, 6> degrees{field::tp,  field::cp, field::dp,
                                             field::etp, field::ep, field::edp};
  l = {};
  if (x.d.flip()) {
    l = laws::random_layout(x.d, 4);
  } else {
    for (const sl::field f : degrees) {
      const count degree = x.d.flip() ? 1 : x.whole(f, 8);
      switch (f) {
        case field::tp:
          l.attention.tp = degree;
          break;
        case field::cp:
          l.attention.cp = degree;
          break;
        case field::dp:
          l.attention.dp = degree;
          break;
        case field::etp:
          l.expert.etp = degree;
          break;
        case field::ep:
          l.expert.ep = degree;
          break;
        default:
          l.expert.edp = degree;
          break;
      }
    }
  }
}

void extreme_workload(sl::workload& w, extreme_dice& x) {
  using sl::field;
  const auto tokens = [&x](sl::field f, double usual) {
    return sl::tokens<>::from_value(x.real(f, usual));
  };
  w.concurrency = x.real(field::concurrency, 100.0);
  w.input = tokens(field::input, 1000.0);
  w.output = tokens(field::output, 100.0);
  if (x.d.flip()) w.chunk = tokens(field::chunk, 300.0);
  w.expert_imbalance = x.real(field::expert_imbalance, 1.5);
  if (x.d.flip()) w.max_ttft = sl::seconds<>::from_value(x.real(field::max_ttft, 1.0));
  if (x.d.flip()) w.max_tpot = sl::seconds<>::from_value(x.real(field::max_tpot, 1.0));
}

deployed extreme_deployment(dice& d) {
  extreme_dice x{d};
  deployed r;
  extreme_cluster(r.cluster, x);
  extreme_model(r.model, x);
  extreme_layout(r.layout, x);
  extreme_workload(r.workload, x);
  return r;
}

}  // namespace

TEST_CASE("no output is NaN, infinite or negative for random inputs, and the inputs are valid") {
  dice d(11);
  for (int number = 0; number < 5000; ++number) {
    const deployed r = laws::random_deployment(d);
    const sl::basic_estimate<> e = estimate_of(r);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(e.feasibility.invalid.empty());
    REQUIRE(good(e));
    REQUIRE(e.decode.total().value() > 0.0);
    REQUIRE(e.prefill.total().value() > 0.0);
  }
}

TEST_CASE("no output is NaN, infinite or negative at the ends of the inputs' ranges") {
  dice d(12);
  int priced = 0;
  for (int number = 0; number < 20000; ++number) {
    const deployed r = extreme_deployment(d);
    const sl::basic_estimate<> e = estimate_of(r);
    priced += e.feasibility.priceable() ? 1 : 0;
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(good(e));
  }
  CHECK(priced > 1000);  // the rest have too many parameters, or no peak for what they multiply
}

TEST_CASE("links that validation lets be missing are never used, whichever rule is broken") {
  dice d(13);
  for (int number = 0; number < 3000; ++number) {
    deployed r = laws::random_deployment(d);
    constexpr std::array<count, 3> degrees{1, 2, 1000};
    r.layout.expert = {d.one_of(degrees), d.one_of(degrees), d.one_of(degrees)};
    r.cluster.gpus_per_domain = d.flip() ? 1 : 100000;
    if (r.cluster.gpus_per_domain == 1) r.cluster.scale_up.rate = {};
    if (r.layout.gpus() <= r.cluster.gpus_per_domain) r.cluster.network.rate = {};
    const sl::basic_estimate<> e = estimate_of(r);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(good(e));
  }
}

TEST_CASE("the terms of a time sum to its total exactly, its bounds up to rounding") {
  dice d(14);
  for (int number = 0; number < 3000; ++number) {
    const deployed r = laws::random_deployment(d);
    const sl::basic_estimate<> e = estimate_of(r);
    for (const sl::basic_time<>& t : {e.prefill, e.decode}) {
      double terms = 0.0;
      for (const sl::seconds<>& s : t.terms) terms += s.value();
      double bounds = 0.0;
      for (const sl::seconds<>& s : t.bounds) bounds += s.value();
      CAPTURE(number);
      CAPTURE(laws::describe(r));
      REQUIRE(terms == t.total().value());
      REQUIRE(bounds == doctest::Approx(terms).epsilon(1e-12));
    }
    const sl::basic_memory<>& m = e.memory;
    REQUIRE((m.weights + m.kv_cache + m.activation + m.communication + m.reserve) == m.total());
  }
}

TEST_CASE("Little's law: sequences in flight are their rate times the time each stays") {
  dice d(15);
  for (int number = 0; number < 5000; ++number) {
    deployed r = laws::random_deployment(d);
    r.workload.output = laws::tokens_of(d.whole(2, 500));
    // Fewer sequences than replicas leave replicas idle: each replica still turns over one.
    r.workload.concurrency += static_cast<double>(r.layout.attention.dp);
    const sl::basic_serving<> s = serving(r.cluster, r.model, r.layout, r.workload);
    const double output = r.workload.output.value();
    const double stay = s.ttft.value() + (output - 1.0) * s.tpot.value();
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(s.output_tokens_per_s.value() / output * stay ==
            doctest::Approx(r.workload.concurrency).epsilon(1e-12));
    REQUIRE(s.concurrency == r.workload.concurrency);
  }
}

namespace {

// Adds up what a rank computes and moves, without asking time_of().
struct work {
  std::array<double, sl::precision_count> flops{};
  double bytes = 0.0;

  template <class Operator>
  void operator()(const Operator& o, count times) {
    if constexpr (!sl::is_collective<Operator>) {
      bytes += static_cast<double>(times) * o.bytes_moved().value();
      if constexpr (sl::has_flops<Operator>) {
        flops[static_cast<std::size_t>(o.math())] += static_cast<double>(times) * o.flops().value();
      }
    }
  }
};

}  // namespace

TEST_CASE("a step is never faster than the data sheet's peaks, nor than its memory") {
  dice d(16);
  for (int number = 0; number < 2000; ++number) {
    const deployed r = laws::random_deployment(d);
    const double imbalance = r.workload.expert_imbalance;
    const sl::basic_step<> s =
        d.flip() ? sl::prefill_step(4.0, static_cast<double>(d.whole(1, 4000)), 100.0, imbalance)
                 : sl::decode_step(static_cast<double>(d.whole(1, 400)), 1000.0, imbalance);
    work w;
    for (count stage = 0; stage < r.layout.pp; ++stage) {
      for_each_operator(r.model, r.layout, s, stage, {}, w);
    }
    double computing = 0.0;
    for (std::size_t i = 0; i < sl::precision_count; ++i) {
      const auto p = supported(r.cluster.accelerator, static_cast<sl::precision>(i));
      computing += w.flops[i] / r.cluster.accelerator.peak[p].value();
    }
    const double time = time_of_step(r.cluster, r.model, r.layout, s).sum.total().value();
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(time >= computing * (1.0 - 1e-12));
    REQUIRE(time >= w.bytes / r.cluster.accelerator.memory_rate.value() * (1.0 - 1e-12));
  }
}

TEST_CASE("the slowest stage is no longer than the whole step and no shorter than its share") {
  dice d(17);
  for (int number = 0; number < 2000; ++number) {
    const deployed r = laws::random_deployment(d);
    const auto t = time_of_step(r.cluster, r.model, r.layout, sl::decode_step(32.0, 1000.0, 1.0));
    const double sum = t.sum.total().value();
    CAPTURE(number);
    REQUIRE(t.slowest.value() <= sum * (1.0 + 1e-12));
    REQUIRE(t.slowest.value() >= sum / static_cast<double>(r.layout.pp) * (1.0 - 1e-12));
  }
}
