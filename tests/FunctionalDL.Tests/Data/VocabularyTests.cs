using FsCheck;
using FsCheck.Xunit;

namespace FunctionalDL.Tests.Data;

public class VocabularyTests
{
    [Property]
    public bool A_text_comes_back_from_its_tokens(NonEmptyString text)
    {
        var whole = string.Concat(text.Get.EnumerateRunes());
        var vocabulary = new Vocabulary(whole);
        var tokens = vocabulary.Encode(whole).ToArray<long>();
        return vocabulary.Decode(tokens) == whole && tokens.Distinct().Count() == vocabulary.Count
            && new Vocabulary(vocabulary.ToString()).Encode(whole).ToArray<long>().SequenceEqual(tokens);
    }

    [Fact]
    public void Characters_are_ordered_and_those_outside_the_plane_are_one()
    {
        var vocabulary = new Vocabulary("to be 🐝");
        Assert.Equal(" beot🐝", vocabulary.ToString());
        Assert.Equal([1, 2, 5], vocabulary.Encode("be🐝").ToArray<long>());
    }

    [Fact]
    public void What_is_out_of_the_vocabulary_is_refused_by_name_and_place()
    {
        static void Fails(string part, Action action) => Assert.Contains(part, Assert.ThrowsAny<FunctionalException>(action).Message);
        var vocabulary = new Vocabulary("abc");
        Fails("\"é\" (U+00E9), character 2 of the text, is not among its 3: abc", () => vocabulary.Encode("caé"));
        Fails("token 3 is outside 0 to 2", () => vocabulary.Decode(0, 3));
        Fails("token -1", () => vocabulary.Decode(-1));
        Fails("the text is empty", () => _ = new Vocabulary(""));
    }
}
