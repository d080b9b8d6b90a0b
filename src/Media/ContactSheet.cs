namespace TalkingMachines.Media;

/// <summary>Many pictures in one: a grid of equal cells, each as large as the largest picture, with a caption below.</summary>
public static class ContactSheet
{
    const int CaptionMargin = 3;

    static readonly (byte, byte, byte) CaptionColour = (40, 40, 48);

    /// <summary>Tiles pictures row by row, each centred in its cell.</summary>
    /// <param name="pictures">At least one.</param>
    /// <param name="columns">Cells a row.</param>
    /// <param name="captions">One for each picture, in ASCII, cut to the width of the cell; null for none.</param>
    /// <param name="gap">Pixels around and between cells.</param>
    /// <exception cref="MediaException">The sheet would pass <see cref="Picture.MaxSide"/>.</exception>
    public static Picture Tile(IReadOnlyList<Picture> pictures, int columns, IReadOnlyList<string>? captions = null, int gap = 4)
    {
        if (pictures.Count == 0) throw new ArgumentException("No picture came for a contact sheet, expected one or more.", nameof(pictures));
        if (captions is not null && captions.Count != pictures.Count)
            throw new ArgumentException($"{captions.Count} captions came for {pictures.Count} pictures.", nameof(captions));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(gap);
        columns = Math.Min(columns, pictures.Count);
        int cellWidth = pictures.Max(picture => picture.Width), cellHeight = pictures.Max(picture => picture.Height);
        int captionHeight = captions is null ? 0 : BitmapFont.LetterHeight + 2 * CaptionMargin;
        int rows = (pictures.Count + columns - 1) / columns;
        var sheet = Blank(gap + (long)columns * (cellWidth + gap), gap + (long)rows * (cellHeight + captionHeight + gap));
        for (int i = 0; i < pictures.Count; i++)
        {
            int x = gap + i % columns * (cellWidth + gap), y = gap + i / columns * (cellHeight + captionHeight + gap);
            sheet.Draw(pictures[i], x + (cellWidth - pictures[i].Width) / 2, y + (cellHeight - pictures[i].Height) / 2);
            if (captions is not null) DrawCaption(sheet, captions[i], x, y + cellHeight + CaptionMargin, cellWidth);
        }
        return sheet;
    }

    static Picture Blank(long width, long height)
    {
        if (!Picture.IsAllowedSize(width, height))
            throw new MediaException($"The contact sheet would be {width}x{height}, expected at most {Picture.MaxSide} pixels a side.");
        var sheet = new Picture((int)width, (int)height);
        sheet.Pixels.AsSpan().Fill(245);
        return sheet;
    }

    static void DrawCaption(Picture sheet, string caption, int x, int y, int width)
    {
        int letters = Math.Min(caption.Length, (width + 1) / BitmapFont.Advance);
        string text = caption[..letters];
        BitmapFont.Draw(sheet, text, x + (width - BitmapFont.WidthOf(text)) / 2, y, CaptionColour);
    }
}
