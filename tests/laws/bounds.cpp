// SPDX-License-Identifier: BSL-1.0
// Outputs are numbers: never NaN, infinite or negative, whatever valid input they come from. A time
// is the sum of its parts, and never shorter than the data sheet allows.
#include <doctest/doctest.h>

#include "figures.hpp"
#include "random_inputs.hpp"

namespace {

using laws::deployed;
using laws::dice;
using laws::sl::integer;
namespace sl = laws::sl;

sl::basic_estimate<> estimate_of(const deployed& r) {
  return estimate(r.cluster, r.model, r.layout, r.workload);
}

// Either end of a range, or a value between that is neither.
struct extreme_dice {
  dice& d;
  integer whole(sl::field f, integer usual) {
    const sl::field_range r = range_of(f);
    return static_cast<integer>(real(f, static_cast<double>(usual)) < 0.0 ? r.lowest : last);
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

void extreme_runtime(sl::runtime& r, extreme_dice& x) {
  using sl::field;
  const auto bytes = [&x](sl::field f) { return sl::bytes<>::from_value(x.real(f, 1e9)); };
  r.budget = laws::random_budget(x.d);
  const double share = x.real(field::budget_share, 0.9);
  std::visit([share](auto& rule) { rule.share = share; }, r.budget);
  r.reserve = bytes(field::reserve);
  r.communicators = bytes(field::communicators);
  r.cuda_graphs = bytes(field::cuda_graphs);
  r.page_tokens = x.whole(field::page_tokens, 16);
  r.step_tokens = x.real(field::step_tokens, 8192.0);
  r.step_sequences = x.real(field::step_sequences, 1000.0);
  r.logit_bytes = x.real(field::logit_bytes, 38.0);
  r.padding.vocabulary = x.whole(field::vocabulary_padding, 64);
  r.padding.mxfp4_width = x.whole(field::mxfp4_padding, 256);
  r.padding.mxfp4_hidden = x.whole(field::mxfp4_hidden_padding, 256);
  r.padding.segment = x.whole(field::segment_padding, 2097152);
  r.reserved_output = x.real(field::reserved_output, 0.25);
  r.receive_interval = x.real(field::receive_interval, 30.0);
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
  extreme_runtime(c.runtime, x);
}

// Of kinds of block: the ends of ranges, and usual sizes; what shares heads has one or as many.
struct extreme_numbers {
  dice& d;
  integer heads = 0;
  integer experts = 0;

  integer of(sl::field f) {
    using sl::field;
    extreme_dice x{d};
    switch (f) {
      case field::kv_heads:
      case field::groups:
        return d.flip() ? heads : 1;
      case field::kv_lora_rank:
        return d.flip() ? 512 : 1;
      case field::heads:
        return heads = x.whole(f, 64);
      case field::experts:
        return experts = x.whole(f, 64);
      case field::experts_per_token:
        return d.flip() ? 1 : experts;
      case field::shared_experts:
        return x.whole(f, 1);
      case field::conv_kernel:
        return x.whole(f, 4);
      default:
        return x.whole(f, 128);
    }
  }
  integer of(const sl::field_range& own) {
    const std::array<double, 3> values{own.lowest, own.highest, own.lowest + 127.0};
    return static_cast<integer>(d.one_of(values));
  }
  integer width() { return of(sl::field::feed_forward_width); }
};

sl::weight_format extreme_format(extreme_dice& x) {
  using sl::field;
  constexpr std::array<sl::weight_format, 7> formats{
      sl::formats::fp32,  sl::formats::bf16,  sl::formats::fp8,      sl::formats::fp8_block,
      sl::formats::mxfp4, sl::formats::nvfp4, sl::formats::int4_g128};
  sl::weight_format f = x.d.one_of(formats);
  if (x.d.flip()) return f;
  const auto narrow = [&x](sl::field in, int usual) {
    return static_cast<int>(x.whole(in, usual));
  };
  f.group_k = narrow(field::scale_group, 128);
  f.group_n = narrow(field::scale_group, 128);
  f.scale_bits = narrow(field::scale_bits, 8);
  f.zero_bits = narrow(field::scale_bits, 4);
  f.matrix_bits = narrow(field::scale_bits, 32);
  return f;
}

void extreme_model(sl::model& m, extreme_dice& x) {
  using sl::field;
  m.hidden_size = x.whole(field::hidden_size, 4096);
  m.vocab_size = x.whole(field::vocab_size, 128000);
  m.tied_embeddings = x.d.flip();
  m.norm_bias = x.d.flip();
  m.embedding_norm = x.d.flip();
  m.positions = x.d.flip() ? 0 : x.whole(field::positions, 2048);
  m.layers = {};
  for (integer kind = x.d.whole(1, 3); kind > 0; --kind) {
    const integer layers = x.d.flip() ? 1 : 40;
    sl::layer l;
    const extreme_numbers numbers{x.d};
    l.attention = laws::drawn_attention(numbers);
    l.feed_forward = sl::no_feed_forward{};
    if (x.d.whole(0, 4) > 0) l.feed_forward = laws::drawn_feed_forward(numbers, x.d.flip());
    l.form = laws::random_form(x.d);
    l.exceptions = laws::random_exceptions(x.d);
    for (sl::format_exception& e : l.exceptions) {
      if (x.d.flip()) e.format = extreme_format(x);
    }
    m.layers.append(layers, l);
  }
  m.mtp_layers = x.whole(field::mtp_layers, 1);
  for (sl::weight_format& f : m.weights.of) f = extreme_format(x);
  m.kv_cache = laws::random_cache_format(x.d);
  if (x.d.flip()) {
    m.kv_cache.group = static_cast<int>(x.whole(field::cache_group, 16));
    m.kv_cache.scale_bits = static_cast<int>(x.whole(field::cache_scale_bits, 8));
  }
}

// Meshes that agree, and some that do not: those are priced too.
void extreme_layout(sl::layout& l, extreme_dice& x) {
  using sl::field;
  constexpr std::array<sl::field, 6> degrees{field::tp,  field::cp, field::dp,
                                             field::etp, field::ep, field::edp};
  l = {};
  if (x.d.flip()) {
    l = laws::random_layout(x.d, 4);
    if (x.d.flip()) l.redundant_experts = x.whole(field::redundant_experts, 32);
  } else {
    for (const sl::field f : degrees) {
      const integer degree = x.d.flip() ? 1 : x.whole(f, 8);
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

// Requests from the rarest to the most frequent, or a run of them; guesses.
void extreme_client(sl::workload& w, extreme_dice& x) {
  using sl::field;
  if (x.d.flip()) {
    const double rate = x.real(field::rate, 1.0);
    w.rate = sl::request_rate<>::from_value(rate > 0.0 ? rate : 1e-9);
  } else {
    w.num_prompts = x.real(field::num_prompts, 1000.0);
  }
  w.speculation.draft_tokens = x.whole(field::draft_tokens, 3);
  w.speculation.acceptance = x.real(field::acceptance, 0.6);
  w.speculation.draft_time = sl::seconds<>::from_value(x.real(field::draft_time, 1e-3));
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
  if (x.d.flip()) {
    w.expert_imbalance = x.real(field::expert_imbalance, 1.5);
  } else {
    w.routing = sl::power_law_routing(x.real(field::routing_exponent, 1.1));
  }
  w.prefix_hit = x.real(field::prefix_hit, 0.5);
  w.output_cv = x.real(field::output_cv, 0.5);
  extreme_client(w, x);
  if (x.d.flip()) w.max_ttft = sl::seconds<>::from_value(x.real(field::max_ttft, 1.0));
  if (x.d.flip()) w.max_tpot = sl::seconds<>::from_value(x.real(field::max_tpot, 1.0));
}

deployed extreme_deployment(dice& d) {
  extreme_dice x{d};
  deployed r;
  extreme_cluster(r.cluster, x);
  extreme_model(r.model, x);
  extreme_layout(r.layout, x);
  const integer layers = r.model.layers.size();
  if (r.layout.pp <= layers) laws::list_stages(d, r.layout, layers);
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
    REQUIRE(laws::first_bad(e, e.serving.stable()) == "");
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
    REQUIRE(laws::first_bad(e, e.serving.stable()) == "");
  }
  CHECK(priced > 1000);  // the rest have too many parameters, or no peak for what they multiply
}

namespace {

// 10^15 parameters and a little: 100 layers of hidden 10^5, each with 2^25 = 33.6 million columns
// of experts or dense blocks, three matrices each, mixing tokens in every way there is.
sl::model quadrillion() {
  const sl::mixture_of_experts experts{
      .experts = 1024, .experts_per_token = 8, .width = 32768, .shared_gate = true};
  const sl::dense_feed_forward dense{.width = 33554432};
  const auto in = [](const sl::attention_kind& a, const sl::feed_forward_kind& f) {
    return sl::layer_stack::item{2, {a, f, sl::layer_form::sandwich}};
  };
  sl::model m{.name = "10^15"};
  m.hidden_size = 100000;
  m.vocab_size = 1000000;
  m.norm_bias = true;
  m.positions = 10000000;
  m.mtp_layers = 1;
  m.layers = sl::layer_stack::repeat(
      10,
      {in(sl::grouped_query_attention{.heads = 1024, .kv_heads = 1024, .head_dim = 128}, experts),
       in(sl::latent_attention{1024, 1536, 512, 128, 64, 128}, experts),
       in(sl::linear_attention{1024, 1024, 128, 128, 4}, dense),
       in(
           sl::state_space{
               .heads = 1024, .head_dim = 128, .groups = 1024, .state_size = 128, .conv_kernel = 4},
           dense),
       in(sl::no_attention{}, experts)});
  return m;
}

}  // namespace

TEST_CASE(
    "10^15 parameters, 10^7 tokens and 10^6 GPUs are priced without overflow, whatever mixes") {
  const sl::model m = quadrillion();
  CHECK(parameters(m).total() > 1000000000000000);
  CHECK(parameters(m).total() < 1020000000000000);
  CHECK(mtp_parameters(m).total() > 10000000000000);
  CHECK(active_parameters(m) < parameters(m).total());
  // 100 stages of one layer each, with copies of experts; or one stage of all GPUs.
  sl::layout staged{{8, 1, 1250}, {8, 1250, 1}, 100};
  staged.redundant_experts = 1476;
  for (const sl::layout& l : {staged, sl::layout{{8, 25, 5000}, {8, 1000, 125}, 1}}) {
    dice d(18);
    deployed r{laws::random_cluster(d, l), m, l, {}};
    r.cluster.gpus = 1000000;
    r.cluster.accelerator.memory = sl::bytes<>::from_value(1e15);
    r.workload.concurrency = 1e6;
    r.workload.input = r.workload.output = laws::tokens_of(10000000);
    const sl::basic_estimate<> e = estimate_of(r);
    CAPTURE(laws::describe(l));
    REQUIRE(e.feasibility.invalid.empty());
    REQUIRE(e.feasibility.priceable());
    REQUIRE(laws::first_bad(e, e.serving.stable()) == "");
    bool some_state = false;
    for_each_stage_memory(r.cluster, m, l, r.workload,
                          [&some_state](integer, const sl::basic_memory<>& held) {
                            CHECK(laws::first_bad(held, true) == "");
                            some_state = some_state || held.state.value() > 0.0;
                          });
    CHECK(some_state);
    CHECK(e.decode.total().value() > 0.0);
  }
}

TEST_CASE("links that validation lets be missing are never used, whichever rule is broken") {
  dice d(13);
  for (int number = 0; number < 3000; ++number) {
    deployed r = laws::random_deployment(d);
    constexpr std::array<integer, 3> degrees{1, 2, 1000};
    r.layout.expert = {d.one_of(degrees), d.one_of(degrees), d.one_of(degrees)};
    r.cluster.gpus_per_domain = d.flip() ? 1 : 100000;
    if (r.cluster.gpus_per_domain == 1) r.cluster.scale_up.rate = {};
    if (r.layout.gpus() <= r.cluster.gpus_per_domain) r.cluster.network.rate = {};
    const sl::basic_estimate<> e = estimate_of(r);
    CAPTURE(number);
    CAPTURE(laws::describe(r));
    REQUIRE(laws::first_bad(e, e.serving.stable()) == "");
  }
}

TEST_CASE("the parts of a time and of a memory sum to their total exactly, bounds up to rounding") {
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
    REQUIRE(m.weights + m.kv_cache + m.state + m.activation + m.communication + m.reserve +
                m.withheld ==
            m.total());
    REQUIRE(
        (m.weights + m.kv_cache + m.state + m.activation + m.communication + m.reserve + m.withheld)
            .value() == doctest::Approx(m.total().value()).epsilon(1e-15));
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
    REQUIRE(s.concurrency == doctest::Approx(r.workload.concurrency).epsilon(1e-12));
  }
}

namespace {

// Adds up what a rank computes and moves, without asking time_of().
struct work {
  std::array<double, sl::precision_count> flops{};
  double bytes = 0.0;

  template <class Operator>
  void operator()(const Operator& o, integer times) {
    if constexpr (!sl::is_collective<Operator> && requires { o.bytes_moved(); }) {
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
    for (integer stage = 0; stage < r.layout.pp; ++stage) {
      for_each_operator(r.model, r.layout, s, stage, {}, w, r.cluster.runtime.padding);
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
