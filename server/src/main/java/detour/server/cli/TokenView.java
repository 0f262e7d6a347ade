package detour.server.cli;

import detour.server.access.Token;
import detour.server.cli.Look.Style;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The tokens of the API, one a line.
final class TokenView {
  private TokenView() {}

  static String render(List<Token> tokens, Instant now, Look look) {
    Page page = new Page(look);
    if (tokens.isEmpty()) {
      return page.add(page.line().add(Style.DIM, "no tokens: detour token add")).toString();
    }
    List<List<Line>> rows = new ArrayList<>();
    rows.add(
        List.of(
            page.line().add(Style.DIM, "NAME"),
            page.line().add(Style.DIM, "ROLE"),
            page.line().add(Style.DIM, "CREATED"),
            page.line().add(Style.DIM, "EXPIRES")));
    for (Token token : tokens) {
      boolean expired = token.isExpired(now);
      rows.add(
          List.of(
              page.line().add(token.name()),
              page.line().add(token.role().word()),
              page.line().add(Style.DIM, token.created().toString()),
              page.line().add(expired ? Style.BAD : Style.DIM, expiry(token, expired))));
    }
    return page.table(0, rows).toString();
  }

  private static String expiry(Token token, boolean expired) {
    if (token.expires() == null) {
      return "never";
    }
    return expired ? "expired " + token.expires() : token.expires().toString();
  }
}
