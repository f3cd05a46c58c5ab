// SPDX-License-Identifier: BSL-1.0
// Better hardware never slows any deployment, whatever its policy, and more work never takes less
// time; under load too. laws/monotone.cpp has the changes of models, steps and engines.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "any/deployment.hpp"

namespace {

using any_deployment = laws::any::deployment;
using laws::dice;
namespace any = laws::any;
namespace sl = laws::sl;

constexpr double roundings = 1.0 + 1e-12;

struct change {
  const char* name;
  void (*apply)(any_deployment&, double factor);
};

void longer(sl::tokens<>& n, double factor) {
  n = sl::tokens<>::from_value(std::floor(n.value() * factor) + 1.0);
}

const std::vector<change> better_hardware{
    {"memory rate", [](any_deployment& r, double f) { r.cluster.accelerator.memory_rate *= f; }},
    {"peaks",
     [](any_deployment& r, double f) {
       auto& p = r.cluster.accelerator.peak;
       p = {p.fp32 * f, p.tf32 * f, p.bf16 * f, p.fp16 * f,
            p.fp8 * f,  p.int8 * f, p.fp4 * f,  p.int4 * f};
     }},
    {"scale-up rate", [](any_deployment& r, double f) { r.cluster.scale_up.rate *= f; }},
    {"network rate", [](any_deployment& r, double f) { r.cluster.network.rate *= f; }},
    {"scale-up latency", [](any_deployment& r, double f) { r.cluster.scale_up.latency /= f; }},
    {"network latency", [](any_deployment& r, double f) { r.cluster.network.latency /= f; }},
};

// What makes the prompt alone longer, or the round of decoding.
const std::vector<change> more_prompt{
    {"a token of input", [](any_deployment& r, double) { longer(r.workload.input, 1.0); }},
    {"input", [](any_deployment& r, double f) { longer(r.workload.input, f); }},
};
const std::vector<change> more_decoding{
    {"a token of input", [](any_deployment& r, double) { longer(r.workload.input, 1.0); }},
    {"input", [](any_deployment& r, double f) { longer(r.workload.input, f); }},
    {"a token of output", [](any_deployment& r, double) { longer(r.workload.output, 1.0); }},
    {"output", [](any_deployment& r, double f) { longer(r.workload.output, f); }},
    {"a sequence", [](any_deployment& r, double) { r.workload.concurrency += 1.0; }},
    {"sequences",
     [](any_deployment& r, double f) {
       r.workload.concurrency = std::floor(r.workload.concurrency * f);
     }},
};

// The part of the time to a first token that is no waiting.
double prompt(const sl::basic_serving<>& s) { return (s.ttft - s.waiting).value(); }

bool at_rate(const any_deployment& r) { return r.workload.rate.value() > 0.0; }
bool any_client(const any_deployment&) { return true; }

// judge(price before, price after) for every change of every deployment that is meant and can be
// priced. Memory holds all sequences: otherwise longer ones run fewer at a time.
template <class Price, class Judge>
void for_random_changes(std::uint64_t seed, int cases, const std::vector<change>& changes,
                        bool (*meant)(const any_deployment&), const Price& price,
                        const Judge& judge) {
  dice d(seed);
  for (int number = 0; number < cases; ++number) {
    any_deployment before = any::random_deployment(d);
    before.cluster.accelerator.memory = sl::bytes<>::from_value(1e15);
    const double factor = laws::log_between(d, 1.0, d.flip() ? 1.2 : 30.0);
    if (!meant(before) || !check_of(before).priceable()) continue;
    const auto priced = price(before);
    for (const change& c : changes) {
      any_deployment after = before;
      c.apply(after, factor);
      CAPTURE(number);
      CAPTURE(std::string(c.name));
      CAPTURE(factor);
      CAPTURE(describe(before));
      judge(priced, price(after));
    }
  }
}

}  // namespace

// In a closed loop what is served is found by rounds; a prompt that is read apart from decoding
// sequences is read with those that have come by then, of which faster decoding brings more, and
// those that come all together, as slow reading has them, find an idle engine, which notices them
// sooner. Of 11,172 pairs of 2,400 deployments one served 2.5 % less for that, one token took 0.12
// % longer, and 14 prompts were read for longer (14 % at most).
TEST_CASE("better hardware never slows a prompt, a round of decoding, or what is served") {
  constexpr double nearly = 1.001;
  constexpr double at_most = 1.05;
  int pairs = 0;
  int worse = 0;
  int longer = 0;
  for_random_changes(111, laws::cases(200), better_hardware, any_client, any::estimate_of,
                     [&](const sl::basic_estimate<>& b, const sl::basic_estimate<>& a) {
                       REQUIRE(a.prefill.total() <= b.prefill.total() * roundings);
                       REQUIRE(a.decode.total() <= b.decode.total() * roundings);
                       const sl::basic_serving<>& after = a.serving;
                       const sl::basic_serving<>& before = b.serving;
                       REQUIRE(after.tpot <= before.tpot * at_most);
                       REQUIRE(after.requests_per_s >= before.requests_per_s / at_most);
                       // Of slots that are always full it is 1.
                       REQUIRE(after.utilisation <= before.utilisation * at_most);
                       ++pairs;
                       worse += after.tpot > before.tpot * nearly ||
                                        after.requests_per_s < before.requests_per_s / nearly ||
                                        after.utilisation > before.utilisation * nearly
                                    ? 1
                                    : 0;
                       if (!before.stable()) return;
                       longer += prompt(after) > prompt(before) * nearly ? 1 : 0;
                       REQUIRE(prompt(after) <= prompt(before) * 1.2);
                     });
  CHECK(worse <= pairs / 2000);
  CHECK(longer <= pairs / 500);
}

// At a rate, how many prompts come in a step is found between steps that are priced, by a few
// rounds of false position; where a kernel's tiles make a step jump there are two equilibria, and
// near saturation the wait follows how many are in flight steeply. Of 2,220 pairs of 2,400
// deployments four had a TTFT, TPOT or number in flight longer by more than 1 %. In a closed loop
// no pair of 90,000 was worse by more than 1.5 %, where a step's budget has a token for each
// sequence that decodes.
TEST_CASE("better hardware never lengthens the time to a first token of random arrivals") {
  constexpr double nearly = 1.01;
  int stable = 0;
  int longer = 0;
  for_random_changes(112, laws::cases(820), better_hardware, at_rate, any::serving_of,
                     [&](const sl::basic_serving<>& b, const sl::basic_serving<>& a) {
                       if (!b.stable()) return;
                       ++stable;
                       REQUIRE(a.stable());
                       REQUIRE(a.tpot <= b.tpot * 1.2);
                       longer += a.ttft > b.ttft * nearly || a.tpot > b.tpot * nearly ||
                                         a.concurrency > b.concurrency * nearly
                                     ? 1
                                     : 0;
                     });
  CHECK(stable > 500);
  CHECK(longer <= stable / 200);
}

TEST_CASE("a longer prompt never has a shorter time to first token by itself") {
  for_random_changes(113, laws::cases(400), more_prompt, any_client, any::prefill_of,
                     [](const sl::basic_time<>& b, const sl::basic_time<>& a) {
                       REQUIRE(a.total() >= b.total() / roundings);
                     });
}

TEST_CASE("more tokens or sequences never make a round of decoding shorter") {
  for_random_changes(117, laws::cases(400), more_decoding, any_client, any::decode_of,
                     [](const sl::basic_time<>& b, const sl::basic_time<>& a) {
                       REQUIRE(a.total() >= b.total() / roundings);
                     });
}

TEST_CASE("requests that come faster wait longer, and keep more slots busy") {
  const std::vector<change> more_requests{
      {"rate", [](any_deployment& r, double f) { r.workload.rate *= f; }}};
  for_random_changes(115, laws::cases(600), more_requests, at_rate, any::serving_of,
                     [](const sl::basic_serving<>& b, const sl::basic_serving<>& a) {
                       REQUIRE(a.utilisation >= b.utilisation / roundings);
                       REQUIRE(a.requests_per_s >= b.requests_per_s / roundings);
                       if (!a.stable()) return;
                       // Steps that read can be shorter than those that decode, of which engines
                       // that notice a request after so many pass the fewer.
                       REQUIRE(a.ttft >= b.ttft / 1.001);
                       REQUIRE(a.tpot >= b.tpot / roundings);
                       REQUIRE(a.running >= b.running / roundings);
                     });
}

TEST_CASE("in two pools better hardware serves more, and sends a cache sooner") {
  dice d(116);
  for (int number = 0; number < laws::cases(150); ++number) {
    const any::pools before = any::random_pools(d);
    const sl::basic_disaggregated<> b = disaggregated_of(before);
    const double factor = laws::log_between(d, 1.0, 30.0);
    if (!b.prefill.priceable() || !b.decode.priceable()) continue;
    any::pools after = before;
    for (laws::cluster* c : {&after.prefill.cluster, &after.decode_cluster}) {
      c->accelerator.memory_rate *= factor;
      c->network.rate *= factor;
    }
    const sl::basic_disaggregated<> a = disaggregated_of(after);
    CAPTURE(number);
    CAPTURE(factor);
    CAPTURE(describe(before.prefill));
    REQUIRE(a.prefill_rate >= b.prefill_rate / roundings);
    REQUIRE(a.decode_rate >= b.decode_rate / roundings);
    REQUIRE(a.transfer <= b.transfer * roundings);
    // In a closed loop faster prompts only bring more sequences to decode.
    if (!at_rate(before.prefill)) continue;
    REQUIRE(a.serving.requests_per_s >= b.serving.requests_per_s / (1.0 + 1e-9));
  }
}
