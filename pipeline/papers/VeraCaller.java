import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Keeps veraPDF warm: reads "flavour TAB path" lines, answers one line each: ok | failed | trouble, TAB, details. */
public final class VeraCaller {
    private static String plain(String text) {
        return text == null ? "" : text.replaceAll("[\\t\\r\\n\\u001f]+", " ");
    }

    private static String failures(ValidationResult result) {
        Map<String, String> rules = new TreeMap<>();
        for (TestAssertion test : result.getTestAssertions()) {
            if (test.getStatus() == TestAssertion.Status.FAILED) {
                String rule = test.getRuleId().getClause() + "-" + test.getRuleId().getTestNumber();
                rules.putIfAbsent(rule, plain(test.getMessage()));
            }
        }
        StringBuilder line = new StringBuilder("failed");
        for (Map.Entry<String, String> entry : rules.entrySet()) {
            line.append('\t').append(entry.getKey()).append('\u001f').append(entry.getValue());
        }
        return line.toString();
    }

    private static String judge(String flavourId, Path path) {
        PDFAFlavour flavour = PDFAFlavour.fromString(flavourId);
        if (flavour == PDFAFlavour.NO_FLAVOUR) {
            return "trouble\tunknown flavour " + plain(flavourId);
        }
        try (PDFAParser parser = Foundries.defaultInstance()
                .createParser(new ByteArrayInputStream(Files.readAllBytes(path)), flavour)) {
            ValidationResult result = Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
            return result.isCompliant() ? "ok" : failures(result);
        } catch (Exception | LinkageError fault) {
            return "trouble\t" + plain(fault.toString());
        }
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        VeraGreenfieldFoundryProvider.initialise();
        answers.println("ready");
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            int tab = line.indexOf('\t');
            answers.println(judge(line.substring(0, tab), Path.of(line.substring(tab + 1))));
        }
    }
}
