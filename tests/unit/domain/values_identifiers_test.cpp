// Identifiers and codes: UUID, ISIN, LEI, SIREN, SIRET, country, language, currency.
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <unordered_set>

#include "domain/values/country_code.hpp"
#include "domain/values/currency_code.hpp"
#include "domain/values/isin.hpp"
#include "domain/values/language_code.hpp"
#include "domain/values/lei.hpp"
#include "domain/values/money.hpp"
#include "domain/values/siren.hpp"
#include "domain/values/uuid.hpp"
#include "domain/values/value.hpp"

namespace alforis::domain {
namespace {

static_assert(!std::is_default_constructible_v<Isin> && !std::is_default_constructible_v<Lei>);
static_assert(!std::is_default_constructible_v<Siren> && !std::is_default_constructible_v<Siret>);
static_assert(!std::is_default_constructible_v<CountryCode> && !std::is_default_constructible_v<CurrencyCode>);
static_assert(std::is_trivially_copyable_v<Uuid> && std::is_trivially_copyable_v<Money>);

// The canonical text, or "!" and the code of the one problem. Holds every value to what all of them promise.
template <Value T>
std::string outcome(std::string_view typed) {
  const Result<T> parsed = T::parse(typed);
  if (!parsed) {
    EXPECT_EQ(parsed.error().size(), 1U);
    EXPECT_EQ(parsed.error().front().pointer, "");
    EXPECT_NE(parsed.error().front().detail, "");
    return "!" + parsed.error().front().code;
  }
  const Result<T> again = T::parse(parsed->text());
  EXPECT_TRUE(again && *again == *parsed) << "the canonical text does not read back";
  return parsed->text();
}

struct Case {
  std::string_view typed;
  std::string_view expected;
};

template <Value T>
void expect_outcomes(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(outcome<T>(c.typed), c.expected) << "typed: " << c.typed;
}

TEST(Uuid, reads_either_case_and_writes_lower_case) {
  expect_outcomes<Uuid>({
      {"018f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e75", "018f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e75"},
      {"018F3C6E-5D2A-7C31-9B1E-2F6D8A4C0E75", "018f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e75"},
      {"00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"},
      {"ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
  });
}

TEST(Uuid, refuses_everything_but_8_4_4_4_12) {
  expect_outcomes<Uuid>({
      {"", "!invalid_uuid"},
      {"018f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e7", "!invalid_uuid"},
      {"018f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e755", "!invalid_uuid"},
      {"018f3c6e5d2a7c319b1e2f6d8a4c0e75", "!invalid_uuid"},
      {"018f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e7g", "!invalid_uuid"},
      {"g18f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e75", "!invalid_uuid"},
      {"018f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e\xC3\xA9", "!invalid_uuid"},
      {"018f3c6e-5d2a-7c31-9b1e02f6d8a4c0e75", "!invalid_uuid"},
      {"-18f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e75", "!invalid_uuid"},
      {"{18f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e7}", "!invalid_uuid"},
  });
}

TEST(Uuid, version_7_is_the_one_of_rfc_9562_appendix_a_6) {
  const std::array<std::uint8_t, 10> random = {0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F};
  const Uuid id = Uuid::v7(1'645'557'742'000, random);
  EXPECT_EQ(id.text(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  EXPECT_EQ(id.version(), 7);
}

TEST(Uuid, version_7_keeps_version_and_variant_whatever_the_random_bits) {
  std::array<std::uint8_t, 10> random{};
  EXPECT_EQ(Uuid::v7(0, random).text(), "00000000-0000-7000-8000-000000000000");
  random.fill(0xFF);
  EXPECT_EQ(Uuid::v7(0xFFFF'FFFF'FFFF, random).text(), "ffffffff-ffff-7fff-bfff-ffffffffffff");
  EXPECT_EQ(Uuid::v7(-1, random), Uuid::v7(0, random));
  EXPECT_EQ(Uuid::v7(0x1'0000'0000'0000, random), Uuid::v7(0xFFFF'FFFF'FFFF, random));
}

TEST(Uuid, version_7_sorts_by_time) {
  std::array<std::uint8_t, 10> high{};
  high.fill(0xFF);
  EXPECT_LT(Uuid::v7(1'700'000'000'000, high), Uuid::v7(1'700'000'000'001, std::array<std::uint8_t, 10>{}));
}

TEST(Uuid, version_5_is_the_one_of_rfc_9562_appendix_a_4) {
  const Uuid dns = Uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8").value();
  EXPECT_EQ(Uuid::v5(dns, "www.example.com").text(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_EQ(Uuid::v5(dns, "www.example.com").version(), 5);
  EXPECT_NE(Uuid::v5(dns, "www.example.com"), Uuid::v5(dns, "www.example.org"));
}

TEST(ProposedUuid, is_of_version_7) {
  const auto outcome = [](std::string_view typed) {
    const auto proposed = ProposedUuid::parse(typed);
    return proposed ? proposed->text() : proposed.error().front().code;
  };
  EXPECT_EQ(outcome("018F3C6E-5D2A-7C31-9B1E-2F6D8A4C0E75"), "018f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e75");
  for (const auto* other : {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
                            "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "2ed6657d-e927-568b-95e1-2665a8aea6a2",
                            "919108f7-52d1-4320-9bac-f847db4148a8", "018f3c6e-5d2a-7c31-1b1e-2f6d8a4c0e75"}) {
    EXPECT_EQ(outcome(other), "invalid_uuid_version") << other;
  }
  EXPECT_EQ(outcome("nil"), "invalid_uuid");
}

TEST(Uuid, nil_is_the_default_and_the_least) {
  EXPECT_TRUE(Uuid().is_nil());
  EXPECT_FALSE(Uuid::parse("00000000-0000-0000-0000-000000000001").value().is_nil());
  EXPECT_LT(Uuid(), Uuid::parse("00000000-0000-0000-0000-000000000001").value());
}

TEST(Uuid, hashes_of_neighbours_differ) {
  std::unordered_set<std::size_t> hashes;
  for (int i = 0; i < 256; ++i) {
    for (std::size_t at = 0; at < 16; ++at) {
      std::array<std::uint8_t, 16> bytes{};
      bytes[at] = static_cast<std::uint8_t>(i);
      hashes.insert(std::hash<Uuid>{}(Uuid(bytes)));
    }
  }
  EXPECT_EQ(hashes.size(), 16 * 255 + 1U);
}

TEST(Isin, accepts_the_numbers_of_known_securities) {
  expect_outcomes<Isin>({
      {"FR0000131104", "FR0000131104"},
      {"US0378331005", "US0378331005"},
      {"FR0010135103", "FR0010135103"},
      {"LU0323134006", "LU0323134006"},
      {"IE00B4L5Y983", "IE00B4L5Y983"},
      {"AU0000XVGZA3", "AU0000XVGZA3"},
      {"DE000BASF111", "DE000BASF111"},
      {"XS0971721963", "XS0971721963"},
      {"us88160r1014", "US88160R1014"},
      {"\t FR0000120271\xC2\xA0", "FR0000120271"},
  });
}

TEST(Isin, says_what_is_wrong) {
  expect_outcomes<Isin>({
      {"", "!empty"},
      {"  ", "!empty"},
      {"FR000013110", "!invalid_length"},
      {"FR00001311044", "!invalid_length"},
      {"FR 000131104", "!invalid_characters"},
      {"F10000131104", "!invalid_characters"},
      {"FR000013110A", "!invalid_characters"},
      {"FR00001\xC3\xA9"
       "104",
       "!invalid_characters"},
      {"FR0000131105", "!invalid_check_digit"},
      {"FR0000113104", "!invalid_check_digit"},
  });
}

TEST(Isin, has_exactly_one_right_check_digit) {
  int right = 0;
  for (char digit = '0'; digit <= '9'; ++digit) right += Isin::parse(std::string("US037833100") + digit) ? 1 : 0;
  EXPECT_EQ(right, 1);
}

TEST(Lei, accepts_the_numbers_of_known_entities) {
  expect_outcomes<Lei>({
      {"9695008KSTJL0COZAZ28", "9695008KSTJL0COZAZ28"},
      {"969500IISULSKD55KQ70", "969500IISULSKD55KQ70"},
      {"R0MUWSFPU8MPRO8K5P83", "R0MUWSFPU8MPRO8K5P83"},
      {" 5493001kjtiigc8y1r12\n", "5493001KJTIIGC8Y1R12"},
  });
}

TEST(Lei, says_what_is_wrong) {
  expect_outcomes<Lei>({
      {"", "!empty"},
      {"969500IISULSKD55KQ7", "!invalid_length"},
      {"969500IISULSKD55KQ700", "!invalid_length"},
      {"969500IISULSKD55KQ7A", "!invalid_characters"},
      {"969500-ISULSKD55KQ70", "!invalid_characters"},
      {"969500IISULSKD55KQ71", "!invalid_check_digit"},
      {"969500IISULSKD55QK70", "!invalid_check_digit"},
  });
}

TEST(Lei, refuses_check_digits_that_iso_7064_never_makes) {
  expect_outcomes<Lei>({
      {"96950000000000000602", "96950000000000000602"},
      {"96950000000000000699", "!invalid_check_digit"},
      {"96950000000000010302", "96950000000000010302"},
      {"96950000000000010399", "!invalid_check_digit"},
      {"96950000000000013697", "96950000000000013697"},
      {"96950000000000013600", "!invalid_check_digit"},
      {"96950000000000016898", "96950000000000016898"},
      {"96950000000000016801", "!invalid_check_digit"},
  });
}

TEST(Siren, accepts_digits_with_spaces_and_dots_between_them) {
  expect_outcomes<Siren>({
      {"552100554", "552100554"},
      {"732 829 320", "732829320"},
      {"662.042.449", "662042449"},
      {"356\xC2\xA0"
       "000\xE2\x80\xAF"
       "000",
       "356000000"},
      {" 443061841 ", "443061841"},
  });
}

TEST(Siren, says_what_is_wrong) {
  expect_outcomes<Siren>({
      {"", "!empty"},
      {"55210055", "!invalid_length"},
      {"5521005544", "!invalid_length"},
      {"...", "!invalid_length"},
      {"55210055A", "!invalid_characters"},
      {"552-100-554", "!invalid_characters"},
      {"55210055\xFF", "!invalid_characters"},
      {"552100555", "!invalid_luhn"},
      {"551200554", "!invalid_luhn"},
      {"000000000", "!invalid_number"},
  });
}

TEST(Siret, accepts_luhn_and_knows_its_siren) {
  expect_outcomes<Siret>({
      {"55210055400013", "55210055400013"},
      {"732 829 320 00074", "73282932000074"},
      {"443.061.841.00047", "44306184100047"},
      {"66204244900014", "66204244900014"},
  });
  EXPECT_EQ(Siret::parse("55210055400013").value().siren(), Siren::parse("552100554").value());
}

TEST(Siret, says_what_is_wrong) {
  expect_outcomes<Siret>({
      {"", "!empty"},
      {"552100554", "!invalid_length"},
      {"5521005540001", "!invalid_length"},
      {"552100554000130", "!invalid_length"},
      {"5521005540001O", "!invalid_characters"},
      {"55210055400014", "!invalid_luhn"},
      {"00000000000000", "!invalid_number"},
  });
}

TEST(Siret, needs_a_siren_in_front_even_when_all_fourteen_digits_are_luhn) {
  expect_outcomes<Siret>({{"55210055500010", "!invalid_luhn"}});
}

TEST(Siret, of_la_poste_has_a_sum_of_digits_in_fives_but_for_the_head_office) {
  expect_outcomes<Siret>({
      {"35600000000048", "35600000000048"},
      {"35600000049837", "35600000049837"},
      {"35600000000001", "35600000000001"},
      {"35600000000014", "!invalid_luhn"},
      {"35600000000002", "!invalid_luhn"},
  });
}

TEST(CountryCode, is_a_closed_list) {
  expect_outcomes<CountryCode>({
      {"FR", "FR"},
      {"lu", "LU"},
      {" Ch ", "CH"},
      {"", "!empty"},
      {"F", "!unknown_country"},
      {"FRA", "!unknown_country"},
      {"UK", "!unknown_country"},
      {"EU", "!unknown_country"},
      {"XX", "!unknown_country"},
      {"F1", "!unknown_country"},
      {"\xC3\xA9", "!unknown_country"},
  });
  EXPECT_EQ(CountryCode::all().size(), 249U);
  EXPECT_EQ(CountryCode::france().text(), "FR");
}

TEST(LanguageCode, is_a_closed_list) {
  expect_outcomes<LanguageCode>({
      {"fr", "fr"},
      {"EN", "en"},
      {" De ", "de"},
      {"", "!empty"},
      {"fre", "!unknown_language"},
      {"fr-FR", "!unknown_language"},
      {"xx", "!unknown_language"},
      {"f", "!unknown_language"},
  });
  EXPECT_EQ(LanguageCode::all().size(), 183U);
  EXPECT_EQ(LanguageCode::french().text(), "fr");
}

TEST(CurrencyCode, is_a_closed_list) {
  expect_outcomes<CurrencyCode>({
      {"EUR", "EUR"},
      {"usd", "USD"},
      {" Chf ", "CHF"},
      {"", "!empty"},
      {"EU", "!unknown_currency"},
      {"EURO", "!unknown_currency"},
      {"FRF", "!unknown_currency"},
      {"XXX", "!unknown_currency"},
      {"\xE2\x82\xAC", "!unknown_currency"},
  });
  EXPECT_EQ(CurrencyCode::euro().text(), "EUR");
}

template <class Code>
void expect_that_every_code_reads_back() {
  EXPECT_TRUE(std::is_sorted(Code::all().begin(), Code::all().end()));
  EXPECT_EQ(std::adjacent_find(Code::all().begin(), Code::all().end()), Code::all().end());
  for (const std::string_view code : Code::all()) EXPECT_EQ(outcome<Code>(code), code);
}

TEST(Codes, all_of_every_list_read_back) {
  expect_that_every_code_reads_back<CountryCode>();
  expect_that_every_code_reads_back<LanguageCode>();
  expect_that_every_code_reads_back<CurrencyCode>();
}

TEST(Money, is_nothing_in_euros_by_default) {
  EXPECT_EQ(Money{}, (Money{0, CurrencyCode::euro()}));
  EXPECT_NE((Money{100, CurrencyCode::euro()}), (Money{100, CurrencyCode::parse("USD").value()}));
  EXPECT_LT((Money{-1, CurrencyCode::euro()}), Money{});
}

}  // namespace
}  // namespace alforis::domain
