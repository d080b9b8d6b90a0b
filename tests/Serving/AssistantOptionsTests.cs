using TalkingMachines.Serving;
using Xunit;

namespace TalkingMachines.Tests.Serving;

public sealed class AssistantOptionsTests
{
    const string Secret = "sk-very-secret";

    [Fact]
    public void An_environment_that_names_no_assistant_gives_none() => Assert.Null(Read());

    [Fact]
    public void All_five_variables_are_read()
    {
        var options = Read(("URL", " https://api.example.com/v1 "), ("KEY", Secret), ("MODEL", "m"), ("VOICE", "v"), ("INSTRUCTIONS", "Be kind."))!;
        Assert.Equal(new Uri("https://api.example.com/v1"), options.Endpoint);
        Assert.Equal((Secret, "m", "v", "Be kind."), (options.Key, options.Model, options.Voice, options.Instructions));
    }

    [Theory]
    [InlineData("URL", "https://api.example.com")]
    [InlineData("KEY", Secret)]
    [InlineData("MODEL", "m")]
    [InlineData("INSTRUCTIONS", "Be kind.")]
    public void Half_a_configuration_is_refused_with_one_line(string name, string value)
    {
        string line = Assert.Throws<AssistantException>(() => Read((name, value))).Message;
        Assert.Contains("by half", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain(Secret, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://api.example.com/v1", Secret)]       // in the open
    [InlineData("https://me:pass@api.example.com", Secret)] // a secret in the wrong place
    [InlineData("ftp://127.0.0.1", Secret)]
    [InlineData("sk-very-secret", "https://api.example.com")] // confused
    [InlineData("https://api.example.com", "sk-very-secret\nX-Evil: 1")]
    [InlineData("https://api.example.com", "sk-very-secret\u00e9")]
    public void What_cannot_work_is_refused_with_one_line_that_keeps_secrets(string url, string key)
    {
        string line = Assert.Throws<AssistantException>(() => Read(("URL", url), ("KEY", key))).Message;
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain(Secret, line, StringComparison.Ordinal);
        Assert.DoesNotContain("pass", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://a.example/v1", "wss://a.example/v1/realtime?model=m%20%26")]
    [InlineData("wss://a.example/v1/realtime/", "wss://a.example/v1/realtime?model=m%20%26")]
    [InlineData("ws://localhost:8000", "ws://localhost:8000/realtime?model=m%20%26")]
    [InlineData("https://a.example/openai/realtime?api-version=3&model=x", "wss://a.example/openai/realtime?api-version=3&model=x")]
    public void The_address_of_the_socket_follows_from_the_endpoint(string endpoint, string address) =>
        Assert.Equal(new Uri(address), new AssistantOptions { Endpoint = new Uri(endpoint), Key = "k", Model = "m &" }.Address);

    [Fact]
    public void Text_of_the_options_holds_no_secret()
    {
        var options = new AssistantOptions { Endpoint = new Uri($"https://a.example/v1?code={Secret}"), Key = Secret, Voice = "marin" };
        Assert.Equal("AssistantOptions { Endpoint = https://a.example/v1, Model = gpt-realtime, Voice = marin }", options.ToString());
        Assert.DoesNotContain(Secret, options.Failure($"says {Secret}\nis wrong").Message, StringComparison.Ordinal);
    }

    static AssistantOptions? Read(params (string Name, string Value)[] variables) =>
        AssistantOptions.Read(name => variables.FirstOrDefault(each => AssistantOptions.Prefix + each.Name == name).Value);
}
