// Continuous batching, simulated step by step.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <limits>
#include <vector>

#include "../laws/random_inputs.hpp"

// A step takes prompts while there are some, one chunk of one or several whole ones; every sequence
// that has its prompt gains a token in each step. Lengths are drawn within 20 % of their mean.
// Requests follow those that end, in slots that are always full, or arrive at random. What is found
// is of all requests from the first, or of those after the beginning is forgotten.
struct step_simulation {
  double decode = 0.0;
  double extra = 0.0;  // of a step for each chunk that it carries
  int chunks = 1;
  int room = 1;  // whole prompts that a step takes, if chunks is 1
  double tokens = 1.0;
  int slots = 1;
  double arrivals = 0.0;  // per second; 0: slots are always full
  bool from_the_start = false;
  laws::dice d{7};

  double ttft = 0.0;
  double tpot = 0.0;
  double rate = 0.0;
  double in_flight = 0.0;

  void run(int requests) {
    if (arrivals > 0.0) {
      next_ = gap();
    } else {
      prompts_.resize(static_cast<std::size_t>(slots));
    }
    const int skipped = from_the_start ? 0 : requests / 4;
    unsent_ = from_the_start ? requests - slots : (std::numeric_limits<int>::max)();
    while (finished_ < requests) {
      counted_ = finished_ >= skipped;
      step();
      if (finished_ <= skipped) since_ = now_;
    }
    const double of = requests - skipped;
    rate = of / (now_ - since_);
    tpot /= of;
    ttft /= of;
    in_flight /= now_ - since_;
  }

 private:
  struct sequence {
    double sent = 0.0;
    double first = 0.0;
    int left = 0;
  };
  std::deque<sequence> prompts_{};
  std::vector<sequence> decoding_{};
  double now_ = 0.0;
  double next_ = 0.0;
  double since_ = 0.0;
  int done_chunks_ = 0;
  int finished_ = 0;
  int unsent_ = 0;
  bool counted_ = false;

  int drawn() { return static_cast<int>(std::lround(tokens * d.between(0.8, 1.2))); }
  double gap() { return -std::log(1.0 - d.unit()) / arrivals; }

  void admit() {
    if (!(arrivals > 0.0)) return;
    if (prompts_.empty() && decoding_.empty()) now_ = std::max(now_, next_);
    for (; next_ <= now_; next_ += gap()) prompts_.push_back({next_});
  }

  void step() {
    admit();
    const std::size_t carried = std::min(prompts_.size(), static_cast<std::size_t>(room));
    const double time = decode + extra * static_cast<double>(carried);
    if (counted_) in_flight += time * static_cast<double>(prompts_.size() + decoding_.size());
    now_ += time;
    for (sequence& s : decoding_) --s.left;
    std::erase_if(decoding_, [&](const sequence& s) { return s.left <= 0 && ended(s); });
    if (carried == 0 || ++done_chunks_ < chunks) return;
    done_chunks_ = 0;
    for (std::size_t i = 0; i < carried; ++i) begin();
  }

  bool ended(const sequence& s) {
    ++finished_;
    if (counted_) tpot += (now_ - s.first) / tokens;
    if (!(arrivals > 0.0) && unsent_-- > 0) prompts_.push_back({now_});
    return true;
  }

  void begin() {
    sequence s = prompts_.front();
    prompts_.pop_front();
    if (counted_) ttft += now_ - s.sent;
    s.first = now_;
    s.left = drawn();
    decoding_.push_back(s);
  }
};
