// SPDX-License-Identifier: BSL-1.0
// endurance <number> [<seed>]: prices so many random valid deployments, of every policy, engine and
// accelerator, and says of each figure that is no number, negative, or without end where nothing
// waits for ever, which deployment it is of. Exits 1 with the first.
//   nice -n 19 build/gcc/tests/endurance 100000000
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "../laws/any/deployment.hpp"
#include "../laws/figures.hpp"

namespace {

using laws::any::deployment;

bool read(std::string_view text, std::uint64_t& into) {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), into);
  return end.ptr == text.data() + text.size() && !text.empty() && end.ec == std::errc{};
}

// What is wrong with the prices of a deployment; nothing where all is as it should be.
std::string fault_of(const deployment& r) {
  const auto e = estimate_of(r);
  if (!e.feasibility.invalid.empty()) return "refused";
  const std::string bad = laws::first_bad(e, e.serving.stable());
  if (!bad.empty() || !e.feasibility.priceable()) return bad;
  if (!(e.prefill.total().value() > 0.0)) return "a prompt takes no time";
  if (!(e.decode.total().value() > 0.0)) return "a step takes no time";
  return e.serving.output_tokens_per_s.value() > 0.0 ? "" : "nothing is served";
}

void report(std::uint64_t done, std::uint64_t number, double seconds) {
  std::printf("%llu of %llu, %.0f a second\n", static_cast<unsigned long long>(done),
              static_cast<unsigned long long>(number), static_cast<double>(done) / seconds);
  std::fflush(stdout);
}

int endure(std::uint64_t number, std::uint64_t seed) {
  using clock = std::chrono::steady_clock;
  const auto start = clock::now();
  const auto elapsed = [start] { return std::chrono::duration<double>(clock::now() - start); };
  constexpr std::uint64_t between_reports = 1000000;
  laws::dice d(seed);
  for (std::uint64_t i = 0; i < number; ++i) {
    const deployment r = laws::any::random_deployment(d);
    const std::string fault = fault_of(r);
    if (!fault.empty()) {
      std::printf("deployment %llu of seed %llu: %s\n%s\n", static_cast<unsigned long long>(i),
                  static_cast<unsigned long long>(seed), fault.c_str(), describe(r).c_str());
      return 1;
    }
    if ((i + 1) % between_reports == 0) report(i + 1, number, elapsed().count());
  }
  report(number, number, elapsed().count());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t number = 0;
  std::uint64_t seed = 1;
  const bool understood =
      argc >= 2 && argc <= 3 && read(argv[1], number) && (argc < 3 || read(argv[2], seed));
  if (!understood) {
    std::fprintf(stderr, "endurance <number of deployments> [<seed>], both whole\n");
    return 64;
  }
  return endure(number, seed);
}
