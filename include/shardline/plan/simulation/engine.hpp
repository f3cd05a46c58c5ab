// SPDX-License-Identifier: BSL-1.0
/// A serving engine, step by step: what waits, what is read, what decodes. It knows nothing of
/// models: how long a step takes is asked of a clock.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <limits>
#include <vector>

#include "shardline/plan/simulation/rules.hpp"
#include "shardline/serve/replica_step.hpp"

namespace shardline::simulation {

/// One replica. Clock: step_seconds clock(const replica_step<>&).
///
/// Requests are taken up in the order of their coming, where a slot and the cache have room. A
/// chunked engine lets all sequences with a first token decode and fills what the budget leaves
/// with parts of prompts; one that reads prompts first does so alone in a step, while there are
/// any; whole prompts are not cut. A sequence whose next tokens find no room in the cache gives up
/// its own, if it is the last to have come, and is read again (recomputation).
/// Steps in which nothing changes but the context are counted in one go, at their mean context.
template <class Clock>
class engine {
 public:
  engine(const engine_rules& by_rules, const Clock& by_clock)
      : rules_(by_rules), clock_(by_clock), batches_(by_rules.batches), free_(by_rules.batches) {}

  /// Seconds since the beginning.
  [[nodiscard]] double now() const noexcept { return now_; }
  /// Steps that were run.
  [[nodiscard]] std::int64_t steps() const noexcept { return step_; }
  /// Times that a sequence gave up its cache.
  [[nodiscard]] std::int64_t preemptions() const noexcept { return preemptions_; }
  /// Requests in the engine, waiting ones too.
  [[nodiscard]] std::size_t in_flight() const noexcept { return waiting_.size() + taken_up_; }
  /// Seconds times sequences with a first token that is not their last.
  [[nodiscard]] double decoding_seconds() const noexcept { return decoding_seconds_; }

  /// A request of a closed loop, or of random arrivals (`at_random`), sent now or later, in order.
  void send(const request& r, bool at_random) {
    job j;
    j.what = r;
    j.ready = r.sent + rules_.admission;
    j.at_random = at_random;
    j.to_read = std::max(r.input - rules_.cached, 1.0);
    j.context = r.input - j.to_read;
    auto at = waiting_.end();
    while (at != waiting_.begin() && std::prev(at)->ready > j.ready) --at;
    waiting_.insert(at, j);
  }
  /// A sequence that is there already, so much of its output gained; where there is no room for it,
  /// a request.
  void begin_with(const request& r, double gained) {
    job j;
    j.what = r;
    if (!has_slot() || !has_room_for(r.input + gained + rules_.reserved * (r.output - gained))) {
      return send(r, false);
    }
    j.context = r.input + gained;
    j.gained = 1.0 + std::min(gained, std::max(r.output - 2.0, 0.0));
    j.counted = false;
    j.has_first = true;
    decode(j);
    ++taken_up_;
  }

  /// Until something ends, or `until`; ended(const finished_request&) for each that does.
  template <class Ended>
  void advance(double until, const Ended& ended) {
    if (idle()) return wake(until);
    const replica_step<> read = fill();
    const std::size_t b = current();
    if (read.parts > 0.0 || b != 0 || due_within_round(until)) return run(read, b, ended);
    decode_rounds(until, ended);
  }

 private:
  struct job {
    request what{};
    double ready = 0.0;
    std::int64_t ready_step = 0;
    bool at_random = false;
    bool noticed = false;
    double to_read = 0.0;
    double context = 0.0;
    double gained = 0.0;  // tokens of its output
    double first = 0.0;
    bool has_first = false;
    bool counted = true;

    /// Tokens of its output that are still to come.
    [[nodiscard]] double left() const noexcept { return what.output - gained; }
  };

  engine_rules rules_;
  const Clock& clock_;
  std::vector<std::vector<job>> batches_;
  std::vector<double> free_;
  std::deque<job> waiting_{};
  std::deque<job> reading_{};
  std::vector<job> read_now_{};
  std::size_t taken_up_ = 0;
  double now_ = 0.0;
  double last_done_ = 0.0;
  double decoding_seconds_ = 0.0;
  double owed_ = 0.0;
  std::int64_t step_ = 0;
  std::int64_t preemptions_ = 0;

  [[nodiscard]] std::size_t current() const noexcept {
    return static_cast<std::size_t>(step_) % rules_.batches;
  }
  [[nodiscard]] bool idle() const { return taken_up_ == 0 && !admissible(); }
  [[nodiscard]] double front_ready() const noexcept {
    return waiting_.empty() ? std::numeric_limits<double>::infinity() : waiting_.front().ready;
  }
  void wake(double until) {
    now_ = std::max(now_, std::min(until, front_ready()));
    if (!(front_ready() <= now_)) return;
    waiting_.front().noticed = true;
    waiting_.front().ready_step = step_;
  }

  // ------------------------------------------------------------------------------------- the cache

  [[nodiscard]] bool limited() const noexcept { return std::isfinite(rules_.capacity); }
  [[nodiscard]] double kept_by(const job& j) const noexcept {
    return rules_.each + j.context + rules_.reserved * std::max(j.left(), 0.0);
  }
  [[nodiscard]] double to_be_kept_by(const job& j) const noexcept { return kept_by(j) + j.to_read; }
  [[nodiscard]] bool has_slot() const noexcept {
    return static_cast<double>(taken_up_) < rules_.slots;
  }
  // For a sequence of so many tokens; an empty cache has room for any.
  [[nodiscard]] bool has_room_for(double tokens) const noexcept {
    if (!limited() || taken_up_ == 0) return true;
    return kept() + rules_.each + tokens <= rules_.capacity;
  }
  [[nodiscard]] double kept() const noexcept {
    double sum = 0.0;
    for (const std::vector<job>& b : batches_) {
      for (const job& j : b) sum += kept_by(j);
    }
    for (const job& j : reading_) sum += to_be_kept_by(j);
    return sum;
  }
  [[nodiscard]] std::size_t decoding() const noexcept {
    std::size_t sum = 0;
    for (const std::vector<job>& b : batches_) sum += b.size();
    return sum;
  }
  // Of the sequences that decode, the last to have come gives way.
  void preempt() {
    std::vector<job>* from = nullptr;
    std::size_t at = 0;
    for (std::vector<job>& b : batches_) {
      for (std::size_t i = 0; i < b.size(); ++i) {
        if (from != nullptr && b[i].what.sent < (*from)[at].what.sent) continue;
        from = &b;
        at = i;
      }
    }
    job j = (*from)[at];
    from->erase(from->begin() + static_cast<std::ptrdiff_t>(at));
    j.to_read = j.context;
    j.context = 0.0;
    j.noticed = true;
    j.ready_step = step_;
    waiting_.push_front(j);
    --taken_up_;
    ++preemptions_;
  }
  void make_room() {
    if (!limited() || rules_.reserved >= 1.0) return;
    const double growing = (1.0 - rules_.reserved) * rules_.gained;
    while (decoding() > 1 && kept() + growing * static_cast<double>(decoding()) > rules_.capacity) {
      preempt();
    }
  }

  // ------------------------------------------------------------------------------------- prompts

  [[nodiscard]] bool admissible() const {
    if (waiting_.empty()) return false;
    const job& j = waiting_.front();
    if (!j.noticed || j.ready_step > step_) return false;
    return has_slot() && has_room_for(to_be_kept_by(j) - rules_.each);
  }
  [[nodiscard]] double room_for_prompts() const {
    if (rules_.schedule != scheduler::chunked) return rules_.budget;
    const double decoding_now = static_cast<double>(batches_[current()].size());
    return std::max(rules_.budget - decoding_now * rules_.checked, 0.0);
  }
  // Takes so much of a prompt as there is room for; whether all of the rest.
  [[nodiscard]] double part_of(const job& j, double room, bool is_first) const {
    if (rules_.schedule != scheduler::whole_prompts) return std::min(j.to_read, room);
    return j.to_read <= room || is_first ? j.to_read : 0.0;
  }
  // The prompts of this step.
  replica_step<> fill() {
    notice();
    replica_step<> load;
    double room = room_for_prompts();
    double work = 0.0;  // sum of tokens times the mean context that they see
    double tokens = 0.0;
    while (room > 0.0) {
      if (reading_.empty() && admissible()) {
        reading_.push_back(waiting_.front());
        waiting_.pop_front();
        ++taken_up_;
      }
      if (reading_.empty()) break;
      job& j = reading_.front();
      const double part = part_of(j, room, !(tokens > 0.0));
      if (!(part > 0.0)) break;
      work += part * (j.context + part * 0.5);
      tokens += part;
      load.parts += 1.0;
      room -= part;
      j.context += part;
      j.to_read -= part;
      if (j.to_read > 0.0) break;
      read_now_.push_back(j);
      reading_.pop_front();
    }
    if (!(tokens > 0.0)) return load;
    load.reads = true;
    load.part_tokens = tokens / load.parts;
    load.part_context = std::max(work / tokens - load.part_tokens * 0.5, 0.0);
    return load;
  }
  // Half of the step under way has passed by now; of what is left, whole steps, so many on average.
  void notice() {
    for (auto j = waiting_.rbegin(); j != waiting_.rend(); ++j) {
      if (j->noticed) return;
      if (j->ready > now_) continue;
      j->noticed = true;
      j->ready_step = step_;
      if (taken_up_ == 0) continue;
      owed_ += std::max((j->at_random ? rules_.met_at_random : rules_.met_steps) - 0.5, 0.0);
      const double whole = std::floor(owed_);
      owed_ -= whole;
      j->ready_step += static_cast<std::int64_t>(whole);
    }
  }

  // --------------------------------------------------------------------------------------- a step

  void add_decoding(replica_step<>& load, std::size_t b, double further) const {
    double context = 0.0;
    for (const job& j : batches_[b]) context += j.context;
    load.decoding = static_cast<double>(batches_[b].size());
    load.decodes = load.decoding > 0.0;
    if (load.decoding > 0.0) load.decode_context = context / load.decoding + further;
  }

  template <class Ended>
  void run(replica_step<> load, std::size_t b, const Ended& ended) {
    const bool decodes = rules_.schedule == scheduler::chunked || !(load.parts > 0.0);
    if (decodes) make_room();
    if (decodes) add_decoding(load, b, 0.0);
    if (load.empty()) {
      ++step_;
      return;
    }
    const step_seconds t = clock_(load);
    const double interval = t.interval(static_cast<double>(rules_.batches));
    // A batch waits for its own last tokens, while others go on.
    if (load.decoding > 0.0) now_ = std::max(now_, free_[b]);
    // Stages work in turn: no step is done before the one that was sent before it.
    const double done = std::max(now_ + t.latency, last_done_ + t.pace);
    free_[b] = last_done_ = done;
    decoding_seconds_ += interval * static_cast<double>(decoding());
    now_ += interval;
    if (decodes) gain(b, 1.0, done, ended);
    ++step_;
    for (job& j : read_now_) begin(j, done, ended);
    read_now_.clear();
  }
  template <class Ended>
  void begin(job& j, double done, const Ended& ended) {
    if (!j.has_first) {
      j.first = done;
      j.gained = 1.0;
      j.has_first = true;
    }
    if (j.left() > 0.0) return decode(j);
    --taken_up_;
    end(j, done, ended);
  }
  void decode(const job& j) {
    std::vector<job>* fewest = &batches_[0];
    for (std::vector<job>& b : batches_) {
      if (b.size() < fewest->size()) fewest = &b;
    }
    fewest->push_back(j);
  }
  template <class Ended>
  void end(const job& j, double done, const Ended& ended) {
    if (j.counted) {
      ended(finished_request{j.what.sent, j.first, done, j.what.output});
    } else {
      ended(finished_request{done, done, done, 0.0});
    }
  }
  template <class Ended>
  void gain(std::size_t b, double rounds, double done, const Ended& ended) {
    std::vector<job>& decoding_now = batches_[b];
    std::vector<job> over;
    for (job& j : decoding_now) {
      j.gained += rules_.gained * rounds;
      j.context += rules_.gained * rounds;
      if (!(j.left() > 0.0)) over.push_back(j);
    }
    if (over.empty()) return;
    std::erase_if(decoding_now, [](const job& j) { return !(j.left() > 0.0); });
    taken_up_ -= over.size();
    for (const job& j : over) end(j, done, ended);
  }

  // ---------------------------------------------------------------------------- rounds of decoding

  // Rounds until the first sequence ends, at least 1.
  [[nodiscard]] double rounds_left() const {
    double left = std::numeric_limits<double>::infinity();
    for (const std::vector<job>& b : batches_) {
      for (const job& j : b) left = std::min(left, j.left());
    }
    return std::max(std::ceil(left / rules_.gained), 1.0);
  }
  [[nodiscard]] double rounds_of_room() const {
    if (!limited() || rules_.reserved >= 1.0) return std::numeric_limits<double>::infinity();
    const double growing =
        (1.0 - rules_.reserved) * rules_.gained * static_cast<double>(decoding());
    return std::floor(std::max(rules_.capacity - kept(), 0.0) / growing);
  }
  [[nodiscard]] double seconds_of_round(double further) const {
    double sum = 0.0;
    double longest = 0.0;
    for (std::size_t b = 0; b < rules_.batches; ++b) {
      replica_step<> load;
      add_decoding(load, b, further);
      if (load.empty()) continue;
      const step_seconds t = clock_(load);
      longest = std::max(longest, t.latency);
      sum += t.interval(static_cast<double>(rules_.batches));
    }
    return std::max(sum, longest);
  }

  // Whether a request may be taken up between two batches of the next round.
  [[nodiscard]] bool due_within_round(double until) const {
    if (rules_.batches == 1 || decoding() == 0) return false;
    const double end = now_ + seconds_of_round(0.0);
    if (until < end) return true;
    if (waiting_.empty()) return false;
    const job& j = waiting_.front();
    const auto batches = static_cast<std::int64_t>(rules_.batches);
    return j.noticed ? j.ready_step > step_ && j.ready_step < step_ + batches : j.ready < end;
  }

  template <class Ended>
  void decode_rounds(double until, const Ended& ended) {
    make_room();
    now_ = std::max(now_, last_done_);
    double rounds = std::min(rounds_left(), std::max(rounds_of_room(), 1.0));
    const double one = seconds_of_round(0.0);
    // One that came while last tokens were waited for has not been looked for yet.
    const bool noticed = !waiting_.empty() && waiting_.front().noticed;
    const double next =
        std::min(until, noticed ? std::numeric_limits<double>::infinity() : front_ready());
    rounds = std::min(rounds, std::max(std::ceil((next - now_) / one), 1.0));
    const auto batches = static_cast<std::int64_t>(rules_.batches);
    if (noticed && waiting_.front().ready_step > step_) {
      const auto steps = static_cast<double>(waiting_.front().ready_step - step_);
      rounds = std::min(rounds, std::max(std::ceil(steps / static_cast<double>(batches)), 1.0));
    }
    const double time =
        rounds > 1.0 ? seconds_of_round((rounds - 1.0) * 0.5 * rules_.gained) * rounds : one;
    decoding_seconds_ += time * static_cast<double>(decoding());
    now_ += time;
    last_done_ = now_;
    step_ += static_cast<std::int64_t>(rounds) * batches;
    for (std::size_t b = 0; b < rules_.batches; ++b) gain(b, rounds, now_, ended);
  }
};

}  // namespace shardline::simulation
