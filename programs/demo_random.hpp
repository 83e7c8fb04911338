#pragma once
// Randomness that is the same on every machine: the distributions of <random> are not.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace alforis::programs {

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). Not for secrets.
class DemoRandom {
 public:
  explicit DemoRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31U);
  }
  /// 0 … below - 1; the tiny bias of the remainder does not matter here.
  std::size_t below(std::size_t below) { return static_cast<std::size_t>(next() % below); }
  /// from … to, both included.
  int between(int from, int to) { return from + static_cast<int>(below(static_cast<std::size_t>(to - from) + 1)); }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class List>
  const auto& pick(const List& list) {
    return list[below(std::size(list))];
  }
  std::string text(std::size_t length, std::string_view alphabet) {
    std::string result;
    while (result.size() < length) result += alphabet[below(alphabet.size())];
    return result;
  }

 private:
  std::uint64_t state_;
};

/// A SIREN: nine digits, the last by Luhn (ISO/IEC 7812-1).
std::string make_siren(DemoRandom& random);
/// The SIRET of the first establishment of that company.
std::string make_siret(const std::string& siren);
/// A LEI that begins with `prefix` (four characters of the issuer), check digits by ISO/IEC 7064 MOD 97-10.
std::string make_lei(DemoRandom& random, std::string_view prefix);

/// An ISIN of the country, check digit by ISO 6166.
std::string make_isin(DemoRandom& random, std::string_view country);

}  // namespace alforis::programs
