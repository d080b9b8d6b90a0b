using System.Net;
using TalkingMachines.Media;

namespace TalkingMachines.Serving.Web;

/// <summary>Where the page and the interface for programs are served, and to whom.</summary>
public sealed record WebOptions
{
    /// <summary>Shortest token: what can be guessed protects nobody.</summary>
    public const int ShortestToken = 8;

    /// <summary>An address of this machine; beyond loopback a token is needed.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>What a client must know; null: whoever runs a program on this machine may use us.</summary>
    public string? Token { get; init; }

    /// <summary>The model's name, to be shown.</summary>
    public required string Model { get; init; }

    /// <summary>Who answers a call that asks for nobody: a name or id of the gallery; null: its first.</summary>
    public string? Character { get; init; }

    /// <summary>A picture of the operator's own, first in the gallery.</summary>
    public (string Name, Picture Picture)? OwnCharacter { get; init; }

    /// <summary>Who answers a caller's voice; null: nobody.</summary>
    public AssistantOptions? Assistant { get; init; }

    /// <summary>Connections at the same time; an open page holds two or three.</summary>
    public int MostConnections { get; init; } = 256;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Takes a line when a call begins or ends, and when something fails that should not; never what was said or shown.</summary>
    public Action<string> Note { get; init; } = _ => { };

    /// <exception cref="WebServerException">They make no sense together.</exception>
    public void Check()
    {
        if (Port is < 0 or > 65535) throw new WebServerException($"The port is {Port}, expected 0 to 65535.");
        if (Token is { Length: < ShortestToken }) throw new WebServerException($"The token has {Token.Length} characters, expected {ShortestToken} or more.");
        if (Token is not null && Token.Any(each => each is <= ' ' or > '~')) throw new WebServerException("The token has blanks or letters beyond ASCII, which no header can carry.");
        if (Token is null && !IPAddress.IsLoopback(Listen)) throw new WebServerException($"{Listen} can be reached by others, which needs a token.");
    }
}

/// <summary>What keeps the web server from starting; the message is one line for whoever runs it.</summary>
public sealed class WebServerException(string message, Exception? cause = null) : Exception(message, cause);
